"""The bench: who may use the processor at a time, so that whoever spins is seen to spin."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_conformance import turns
from taskqueue_conformance.assess import clause_tests
from taskqueue_conformance.atwork import AtWork
from taskqueue_conformance.bench import HOPELESS, SPINS, Bench, Settings
from taskqueue_conformance.clause import begin
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.history import History
from taskqueue_conformance.scenarios import regular
from taskqueue_conformance.watch import SPIN
from taskqueue_conformance.workload import Drain, Put, Scenario
from taskqueue_harness.supervise import Outcome


def scenario(name: str) -> Scenario:
    return Scenario(name, (Put(1),), ((Drain(),),))


def answer(hang: str | None = None, slow: str | None = None) -> Outcome:
    history = History(scenario("any"), [], hang=hang).to_json()
    return Outcome({"histories": [history], "notes": {}, "slow": slow}, "returned")


class Supervised:
    """Stands in for a supervisor whose processes do this."""

    def __init__(self, act: Callable[[dict[str, Any]], Outcome]) -> None:
        self._act = act

    def perform(self, payload: dict[str, Any], *_: object, **__: object) -> Outcome:
        return self._act(payload)

    def close(self) -> None:
        pass


def bench_of(act: Callable[[dict[str, Any]], Outcome]) -> Bench:
    made = Bench(Settings("m:Q"))
    made._supervisors[False] = Supervised(act)  # type: ignore[assignment]
    return made


@pytest.mark.parametrize("busy", [True, False])
def test_who_is_at_work_keeps_its_place_and_who_waits_gives_it_up(
    busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, begun = threading.Semaphore(0), threading.Event()

    class Work(AtWork):
        def look(self) -> bool:
            looked.release()
            return busy

    alone: list[bool] = []

    def act(payload: dict[str, Any]) -> Outcome:
        if payload["scenario"]["name"] == "second":
            begun.set()
        elif busy:
            for _ in range(3):
                assert looked.acquire(timeout=60)
            alone.append(not begun.is_set())
        else:
            assert begun.wait(60)
        return answer()

    monkeypatch.setattr(turns, "AtWork", Work)
    one = bench_of(act)
    one._turns = turns.Turns(60.0, lambda: True, 1)
    try:
        one.observe_all([scenario("first"), scenario("second")])
    finally:
        one.close()
    assert alone == [True] * busy


def test_where_it_is_known_to_spin_it_is_told_sooner() -> None:
    given: list[float] = []

    def act(payload: dict[str, Any]) -> Outcome:
        given.append(payload["limits"]["spin"])
        return answer(f"{SPIN} 5.0 s of processor time")

    one = bench_of(act)
    try:
        for number in range(SPINS + 2):
            one.observe(scenario(f"scenario {number}"))
    finally:
        one.close()
    assert given == [10.0] * SPINS + [1.0] * 2


@pytest.mark.parametrize(("share", "begun"), [(1, HOPELESS), (2, HOPELESS * 2), (3, 100)])
@pytest.mark.parametrize("certain", [True, False])
def test_where_every_other_spins_the_rest_is_not_begun(
    share: int, begun: int, certain: bool
) -> None:
    count = itertools.count(1)
    sentence = f"{SPIN} 1.0 s of processor time"

    def act(payload: dict[str, Any]) -> Outcome:
        if next(count) % share != 0:
            return answer()
        return answer(hang=sentence) if certain else answer(slow=f"{sentence}, all that it got")

    one = bench_of(act)
    try:
        seen = [one.observe(scenario(f"scenario {number}")) for number in range(100)]
    finally:
        one.close()
    assert [each.begun for each in seen] == [True] * begun + [False] * (100 - begun)
    assert {each.slow for each in seen[begun:]} <= {"not begun, since those before it spun"}
    assert one.tally.performed == begun


def test_all_wait_for_what_the_first_one_does() -> None:
    """Where it spins, six that find out take six times as much of the processor."""
    arrived, begun = threading.Semaphore(0), []

    class Piloted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            arrived.release()
            return super().wait(timeout)

    def act(payload: dict[str, Any]) -> Outcome:
        begun.append(payload["scenario"]["name"])
        if len(begun) == 1:
            for _ in range(5):
                assert arrived.acquire(timeout=60)
            assert begun == ["scenario 0"]
        return answer()

    one = bench_of(act)
    one._turns._known = Piloted()
    try:
        one.observe_all([scenario(f"scenario {number}") for number in range(6)])
    finally:
        one.close()
    assert len(begun) == 6


@pytest.mark.parametrize(
    ("patience", "had"),
    [
        (1e6, 1e6),  # it has had the processor for that long
        (0.01, 0.0),  # it has not, but so much time has passed
    ],
)
def test_nobody_waits_for_the_first_one_for_ever(
    patience: float, had: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Work(AtWork):
        seconds = had

        def look(self) -> bool:
            return True

    others = threading.Semaphore(0)

    def act(payload: dict[str, Any]) -> Outcome:
        if payload["scenario"]["name"] != "scenario 0":
            others.release()
        else:
            for _ in range(3):
                assert others.acquire(timeout=60)
        return answer()

    monkeypatch.setattr(turns, "AtWork", Work)
    one = bench_of(act)
    one._turns = turns.Turns(patience, lambda: True)
    try:
        seen = one.observe_all([scenario(f"scenario {number}") for number in range(4)])
    finally:
        one.close()
    assert [each.begun for each in seen] == [True] * 4


def test_the_plainest_scenario_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Scenario] = []
    one = bench_of(lambda payload: answer())
    monkeypatch.setattr(one, "prefetch", asked.extend)
    monkeypatch.setattr(one, "prefetch_jobs", list)
    monkeypatch.setattr(one, "judge_ahead", lambda name, judge: None)
    depth = DEPTHS["quick"]
    try:
        begin(clause_tests(), one, depth)
    finally:
        one.close()
    assert asked[0] == regular(depth)[0]
    assert asked[1] not in regular(depth), "then those of strict clauses"


def test_where_there_is_no_process_yet_nobody_is_at_work() -> None:
    work = AtWork()
    assert not work.look()
    assert work.seconds == 0.0


def test_who_looks_at_itself_is_at_work() -> None:
    work = AtWork()
    work.begin(os.getpid())
    work.look()
    before, began = work.seconds, sum(os.times()[:2])
    while sum(os.times()[:2]) < began + 0.1:
        assert work.look() is sys.platform.startswith("linux")
    assert work.seconds - before == pytest.approx(sum(os.times()[:2]) - began, abs=0.05)


def test_a_process_that_has_ended_is_not_at_work() -> None:
    work = AtWork()
    work.begin(-1)
    assert not work.look()
