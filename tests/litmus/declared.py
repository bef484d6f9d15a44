"""What a litmus program declares, and what an execution of it came to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from taskqueue_harness import Bounds, Outcome

DEADLOCK = "deadlock"
FAILED = "failed"

Program = Callable[[], Any]
P = TypeVar("P", bound=Program)


@dataclass(frozen=True)
class Declared:
    """The outcomes of a program, and the bounds within which they are all of them."""

    outcomes: Mapping[Hashable, str]
    """Outcome, and why it can happen."""
    bounds: Bounds
    runs: int
    """How many runs on real threads are to show nothing else. 0: it is about the engine only."""
    rewrite: bool
    """Whether accesses to variables are operations; not where a lock guards them all."""


def declares(
    outcomes: Mapping[Hashable, str],
    *,
    bounds: Bounds | None = None,
    runs: int = 200,
    rewrite: bool = True,
) -> Callable[[P], P]:
    """Declare the exact outcomes of a program: values, or names of verdicts.

    Without early timeouts unless `bounds` says otherwise.
    """

    def mark(program: P) -> P:
        program.declared = Declared(  # type: ignore[attr-defined]
            outcomes, bounds or Bounds(early_timeouts=0), runs, rewrite
        )
        return program

    return mark


def outcome_of(outcome: Outcome) -> Hashable:
    """What an execution under the engine came to, in the terms of a declaration."""
    return outcome.value if outcome.verdict == "done" else outcome.verdict
