"""The bench: when the silence of a process is its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from taskqueue_conformance.bench import Bench, Settings
from taskqueue_conformance.workload import Drain, Put, Scenario
from taskqueue_harness.supervise import Outcome

ANSWER: dict[str, object] = {"histories": [], "notes": {}, "slow": None}


class Supervised:
    """Stands in for a supervisor: comes to these ends, one after another."""

    def __init__(self, ends: Sequence[str]) -> None:
        self.ends = list(ends)

    def perform(self, *_: object, **__: object) -> Outcome:
        end = self.ends.pop(0)
        return Outcome(ANSWER if end == "returned" else None, end)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("ends", "died"),
    [
        # The machine had no turn to give: it is looked at again, and again if that recurs.
        (["overdue", "returned", "overdue", "returned"], [False, False]),
        # It goes silent by itself: once that is certain, it is not waited for twice.
        (["overdue", "overdue", "overdue"], [True, True]),
        (["died", "returned"], [True, False]),
    ],
)
def test_silence_counts_when_it_comes_back(ends: list[str], died: list[bool]) -> None:
    bench = Bench(Settings("m:Q"))
    supervised = Supervised(ends)
    bench._supervisors[False] = supervised  # type: ignore[assignment]
    scenarios = [Scenario(f"scenario {number}", (Put(1),), ((Drain(),),)) for number in range(2)]
    try:
        assert [bench.observe(one).died is not None for one in scenarios] == died
        assert supervised.ends == []
    finally:
        bench.close()


def test_those_in_doubt_are_looked_at_side_by_side() -> None:
    """Each may take as long as it may: one after another they would take minutes."""
    again = threading.Barrier(2, timeout=30)
    begun = set()

    class Starved(Supervised):
        def perform(self, *arguments: Any, **_: object) -> Outcome:
            name = arguments[0]["scenario"]["name"]
            if name not in begun:
                begun.add(name)
                return Outcome(None, "overdue")
            again.wait()
            return Outcome(ANSWER, "returned")

    bench = Bench(Settings("m:Q"))
    bench._supervisors[False] = Starved(())  # type: ignore[assignment]
    scenarios = [Scenario(f"scenario {number}", (Put(1),), ((Drain(),),)) for number in range(2)]
    try:
        assert [seen.died for seen in bench.observe_all(scenarios)] == [None, None]
    finally:
        bench.close()
