"""From observations to records: how long is looked, and what a slow implementation comes to."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import pytest

from taskqueue_conformance import judgement, scenarios
from taskqueue_conformance.bench import Bench, Settings
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.drawing import Search
from taskqueue_conformance.history import History
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles.sentences import Late
from taskqueue_conformance.records import Status
from taskqueue_conformance.tally import Tally
from taskqueue_conformance.workload import Scenario

QUICK = DEPTHS["quick"]


class Benched:
    """Stands in for a bench on which every scenario comes to the same."""

    def __init__(
        self, hang: str | None = None, slow: str | None = None, hangs_repeated: int = 3
    ) -> None:
        self.not_applicable: dict[str, str] = {}
        self.usual: list[Any] = []
        self.tally = Tally()
        self.tally.hangs, self.tally.slow = int(hang is not None), int(slow is not None)
        self.settings = Settings("m:Q", hangs_repeated=hangs_repeated)
        self.repeated: list[str] = []
        self._hang, self._slow = hang, slow

    def applicable(self, chosen: Iterable[Scenario]) -> list[Scenario]:
        return list(chosen)

    def observe(self, scenario: Scenario) -> Observation:
        history = History(scenario, [], hang=self._hang)
        return Observation(scenario, [history], slow=self._slow, seconds=3.0)

    def observe_all(self, chosen: Sequence[Scenario]) -> list[Observation]:
        return [self.observe(scenario) for scenario in chosen]

    def explore_all(self, jobs: Sequence[Any]) -> list[Any]:
        return []

    def again(self, scenario: Scenario) -> Observation:
        self.repeated.append(scenario.name)
        return self.observe(scenario)

    def repeat(self, scenario: Scenario, times: int) -> list[Observation]:
        return [self.again(scenario) for _ in range(times)]


def as_bench(benched: Benched) -> Bench:
    return cast(Bench, benched)


def late(_: History) -> Iterator[str]:
    yield Late("it took long")


def wrong(_: History) -> Iterator[str]:
    yield "it went wrong"


def judge(benched: Benched, oracle: Any) -> Any:
    return judgement.judge("TQ-2.6", oracle, as_bench(benched), scenarios.regular(QUICK))


def test_what_is_late_everywhere_is_not_repeated_everywhere() -> None:
    """Each repetition takes as long as it is late; one scenario says as much as forty."""
    benched = Benched()
    record = judge(benched, late)
    assert record.status is Status.FAILED
    assert [(entry.times, entry.of) for entry in record.evidence] == [(3, 3)]
    assert len(benched.repeated) == 2


def test_what_is_late_must_be_late_every_time() -> None:
    times = itertools.count()

    def late_at_first(_: History) -> Iterator[str]:
        if next(times) % 3 < 2:
            yield Late("it took long")

    record = judge(Benched(), late_at_first)
    assert record.status is Status.PASSED
    assert record.runs > record.scenarios, "nothing was looked at again"


@pytest.mark.parametrize(
    ("slow", "hangs_repeated", "repeated"),
    [(None, 1, 2), (None, 0, 0), ("still at work after 25 s", 1, 0)],
)
def test_a_hang_is_repeated_unless_that_takes_long(
    slow: str | None, hangs_repeated: int, repeated: int
) -> None:
    """Where scenarios are slow, what hung once may take the whole time the next time."""
    benched = Benched("nothing happened for 3.0 s", slow, hangs_repeated)
    assert judge(benched, wrong).status is Status.FAILED
    assert len(benched.repeated) == repeated


def test_nothing_is_drawn_for_an_implementation_that_is_too_slow() -> None:
    benched = Benched(slow="still at work after 25 s")
    records = Search(as_bench(benched), scenarios.regular(QUICK), QUICK, 1).run("test")
    assert benched.repeated == []
    assert {record.status for record in records} == {Status.UNVERIFIED}
    assert {record.reason for record in records} == {
        "nothing was drawn; of ordinary scenarios: still at work after 25 s"
    }
