"""The bench: when the silence of a process is its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from taskqueue_conformance.assess import clause_tests
from taskqueue_conformance.bench import TOO_SLOW, Bench, Settings
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles.special import second_run_refused
from taskqueue_conformance.records import Record, Status
from taskqueue_conformance.watch import SPIN
from taskqueue_conformance.workload import Drain, Fail, Put, Scenario
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


@pytest.mark.parametrize(
    ("outcome", "died", "slow"),
    [
        (
            Outcome(None, "overdue", silent=4.0),
            "it gave no sign of life for 4.0 s and was killed before run() came back",
            None,
        ),
        (
            Outcome(None, "overdue", silent=4.0, done=True),
            None,
            "all runs came back, but it gave no sign of life for 4.0 s and was killed "
            "as it reported",
        ),
        (
            Outcome(None, "died", status=7, done=True),
            "the process ended with exit code 7 after all runs came back",
            None,
        ),
    ],
)
def test_what_keeps_the_report_back_is_no_hang_of_a_run(
    outcome: Outcome, died: str | None, slow: str | None
) -> None:
    seen = Observation.from_outcome(Scenario("x", (Put(1),), ((Drain(),),)), outcome)
    assert (seen.died, seen.slow) == (died, slow)


@pytest.mark.parametrize(
    ("slow", "then"),
    [
        ("still at work after 20 s", 10.0),
        # Half of the time would show even less.
        (f"{SPIN} 0.4 s of processor time, all that it got", 20.0),
    ],
)
def test_where_many_were_too_slow_the_others_get_half_of_the_time(slow: str, then: float) -> None:
    given: list[float] = []

    class Slow(Supervised):
        def perform(self, *arguments: Any, **_: object) -> Outcome:
            given.append(arguments[0]["limits"]["cap"])
            return Outcome({**ANSWER, "slow": slow}, "returned")

    bench = Bench(Settings("m:Q", cap=20.0))
    bench._supervisors[False] = Slow(())  # type: ignore[assignment]
    try:
        for number in range(TOO_SLOW + 2):
            bench.observe(Scenario(f"scenario {number}", (Put(1),), ((Drain(),),)))
    finally:
        bench.close()
    assert given == [20.0] * TOO_SLOW + [then] * 2


def test_those_in_doubt_are_looked_at_side_by_side() -> None:
    """Each may take as long as it may: one after another they would take minutes."""
    again = threading.Barrier(2, timeout=30)
    begun = set()

    class Starved(Supervised):
        def perform(self, *arguments: Any, **more: Any) -> Outcome:
            more["started"](-1)  # there is nothing to be seen of it: it does not work
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


def test_judgements_are_made_ahead_and_side_by_side() -> None:
    """Two that wait for one another come to their end, and each goes to the test of its name."""
    both = threading.Barrier(2, timeout=30)

    def judge(clause: str) -> Record:
        both.wait()
        return Record(clause, Status.PASSED)

    bench = Bench(Settings("m:Q"))
    try:
        bench.judge_ahead("one", lambda: judge("TQ-1.1"))
        bench.judge_ahead("other", lambda: judge("TQ-1.2"))
        never = Record("TQ-1.3", Status.FAILED)
        assert bench.judged("other", lambda: never).clause == "TQ-1.2"
        assert bench.judged("one", lambda: never).clause == "TQ-1.1"
        assert bench.judged("one", lambda: never) is never, "it had been taken"
    finally:
        bench.close()


def test_no_two_tests_of_the_suite_share_a_judgement() -> None:
    names = [test.name for test, _ in clause_tests()]
    assert len(names) > len({test.id for test, _ in clause_tests()}), "one test per clause?"
    assert len(set(names)) == len(names)


def test_more_callers_than_one_call_run_on_real_threads_too() -> None:
    bench = Bench(Settings("taskqueue_reference:TaskQueue"))
    try:
        bench.open()
        seen = bench.observe(Scenario("two callers", (Put(1),), ((Drain(),),), callers=2))
    finally:
        bench.close()
    (history,) = seen.histories
    assert len(history.runs) == 2
    assert sum(call.raised for call in history.runs) == 1
    assert list(second_run_refused(seen)) == []


@pytest.mark.parametrize("kept", [False, True])
def test_a_queue_is_made_where_the_one_before_was_unless_all_are_kept(
    kept: bool, tmp_path: Path
) -> None:
    (tmp_path / "places.py").write_text(
        "from taskqueue_reference import TaskQueue as Correct\n"
        "places = []\n"
        "class TaskQueue(Correct):\n"
        "    def __init__(self, *arguments):\n"
        "        super().__init__(*arguments)\n"
        "        places.append(id(self))\n"
        "        if len(set(places)) < len(places):\n"
        "            raise LookupError('at an address of before')\n"
    )
    bench = Bench(Settings("places:TaskQueue", cwd=str(tmp_path)))
    failing = Scenario("failing", (Put(2), Fail()), ((Drain(),),), runs=12, kept=kept)
    try:
        bench.open()
        again = [one.construction_error is not None for one in bench.observe(failing).histories]
    finally:
        bench.close()
    assert len(again) == failing.runs
    assert any(again) is not kept
