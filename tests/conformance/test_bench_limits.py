"""The bench: what it gives up where there is no hope, and what it begins with."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_conformance.assess import clause_tests
from taskqueue_conformance.bench import HOPE_GIVEN_UP, HOPELESS, SPINS, Bench, Settings
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
@pytest.mark.parametrize(
    "vain",
    [
        {"hang": f"{SPIN} 1.0 s of processor time"},
        {"slow": f"{SPIN} 1.0 s of processor time, all that it got"},
        {"slow": "still at work after 25 s"},
    ],
)
def test_where_every_other_spins_or_is_too_slow_the_rest_is_not_begun(
    share: int, begun: int, vain: dict[str, str]
) -> None:
    count = itertools.count(1)

    def act(payload: dict[str, Any]) -> Outcome:
        return answer(**vain) if next(count) % share == 0 else answer()

    one = bench_of(act)
    try:
        seen = [one.observe(scenario(f"scenario {number}")) for number in range(100)]
    finally:
        one.close()
    assert [each.begun for each in seen] == [True] * begun + [False] * (100 - begun)
    assert {each.slow for each in seen[begun:]} <= {HOPE_GIVEN_UP}
    assert one.tally.performed == begun


def test_when_all_is_spent_whoever_is_at_work_is_stopped_and_no_more_are_begun() -> None:
    class Spending(Supervised):
        def perform(self, *_: object, **more: Any) -> Outcome:
            more["started"](os.getpid())
            while not more["stop"]():  # which costs what it may
                pass
            return Outcome(None, "stopped", seconds=3.0)

    one = Bench(Settings("m:Q", budget=0.2, factor=0.5))
    one._supervisors[False] = Spending(lambda payload: answer())  # type: ignore[assignment]
    reason = "all together used 0.1 s of processor time, which is the limit (--tq-timeout)"
    try:
        stopped = one.observe(scenario("at work"))
        more = [one.observe(scenario("later")), one.again(scenario("again"))]
    finally:
        one.close()
    assert (stopped.slow, stopped.died, stopped.begun) == (reason, None, True)
    assert [(seen.slow, seen.died, seen.begun) for seen in more] == [(reason, None, False)] * 2


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
