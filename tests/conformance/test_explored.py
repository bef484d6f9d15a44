"""What explorations are worth together."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest

from taskqueue_conformance.bench import Bench
from taskqueue_conformance.engine.job import Exploration, Job
from taskqueue_conformance.explored import judge_explored
from taskqueue_conformance.records import Grade, Record, Status
from taskqueue_conformance.workload import Scenario


class Invented:
    """Stands for a bench on which the explorations are known already."""

    def __init__(self, *explorations: Exploration) -> None:
        self._explorations = list(explorations)

    def explore_all(self, jobs: Any) -> list[Exploration]:
        return self._explorations


MEANT = Job(Scenario("small", (), ()), exhaust=100)
LARGE = Job(Scenario("large", (), ()))
PROVED = Exploration(MEANT, executions=10, exhausted=True)
CUT = Exploration(MEANT, executions=100, cut="limit of 100 executions")
BY_PLAN = Exploration(LARGE, executions=50, cut="limit of 50 executions")
LOST = Exploration(MEANT, uncontrolled="it waits in a pipe")
FOREIGN = dataclasses.replace(PROVED, not_modelled=["heapq.merge was given a list"])
CRASHED = dataclasses.replace(PROVED, uncontrolled="it went away")


def judged(*explorations: Exploration) -> Record:
    bench = cast(Bench, Invented(*explorations))
    return judge_explored("TQ-1.1", "clause", bench, [MEANT], [])


@pytest.mark.parametrize(
    ("explorations", "grade", "remark"),
    [
        ((PROVED, PROVED), Grade.PROVED, ""),
        ((PROVED, BY_PLAN), Grade.PROVED, ""),
        ((BY_PLAN,), Grade.SAMPLED, ""),
        ((PROVED, CUT), Grade.SAMPLED, "1 of 2 scenarios could not be exhausted"),
        ((PROVED, LOST), Grade.SAMPLED, "it waits in a pipe"),
        ((PROVED, CRASHED), Grade.SAMPLED, "it went away"),
        ((PROVED, FOREIGN), Grade.PROVED, "does not model: heapq.merge was given a list"),
        ((LOST, LOST), Grade.UNVERIFIED, "it waits in a pipe"),
    ],
)
def test_a_clause_is_proved_only_if_all_that_was_meant_to_be_is_exhausted(
    explorations: tuple[Exploration, ...], grade: Grade, remark: str
) -> None:
    record = judged(*explorations)
    assert (record.status, record.grade) == (Status.PASSED, grade)
    assert remark in record.remark
    assert bool(remark) == bool(record.remark)
