"""Litmus programs: what the engine shows is what they declare, by reduction as by brute force."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

import pytest
from tests.litmus import clock, conditions, library, locks, memory, queues, threads
from tests.litmus.declared import Declared, outcome_of

from taskqueue_harness import Outcome, explore

MODULES = (memory, locks, conditions, queues, threads, clock, library)


def _programs() -> Iterator[Callable[[], Any]]:
    for module in MODULES:
        for value in vars(module).values():
            if hasattr(value, "declared"):
                yield value


PROGRAMS = list(_programs())

TOO_MANY = {
    "independent_reads_of_independent_writes": "four threads of two operations each",
    "thread_local": "three threads that share nothing, with many operations each",
}
"""Programs that brute force does not finish, and why."""


def outcomes(program: Callable[[], Any], strategy: str) -> set[Hashable]:
    """What executions under an exhaustive strategy come to."""
    declared: Declared = program.declared  # type: ignore[attr-defined]
    found = set()

    def see(outcome: Outcome) -> None:
        if outcome.verdict != "redundant":
            found.add(outcome_of(outcome))

    result = explore(
        program,
        strategy=strategy,
        bounds=declared.bounds,
        executions=20_000,
        rewrite=declared.rewrite,
        keep_going=True,
        on_execution=see,
    )
    assert result.exhausted, result.summary()
    assert result.verdict != "diverged", result
    return found


def test_there_are_enough() -> None:
    assert len(PROGRAMS) >= 25
    assert len({program.__name__ for program in PROGRAMS}) == len(PROGRAMS)
    assert len(TOO_MANY) <= len(PROGRAMS) // 5


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_dpor_shows_exactly_what_is_declared(program: Any) -> None:
    assert outcomes(program, "dpor") == set(program.declared.outcomes)


@pytest.mark.parametrize(
    "program",
    [one for one in PROGRAMS if one.__name__ not in TOO_MANY],
    ids=lambda one: one.__name__,
)
def test_brute_force_shows_exactly_what_is_declared(program: Any) -> None:
    assert outcomes(program, "dfs") == set(program.declared.outcomes)
