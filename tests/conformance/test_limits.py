"""Limits that are so high that only the large workloads of a default run come to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.gallery.subjects import Subject, subjects

from taskqueue_conformance import scenarios
from taskqueue_conformance.assess import clause_tests
from taskqueue_conformance.bench import Bench, Settings
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.judgement import judge
from taskqueue_conformance.oracles import UNIVERSAL
from taskqueue_conformance.oracles.findings import findings
from taskqueue_conformance.records import Status
from taskqueue_conformance.scenarios.limits import beyond_limits, large_backlogs
from taskqueue_conformance.workload import Scenario

DEFAULT = DEPTHS["default"]
LARGE = [*large_backlogs(DEFAULT), *beyond_limits(DEFAULT)]
SUBJECTS = [
    subject
    for subject in subjects(["specimens/deeper"])
    if subject.path.stem
    in (
        "a_hundred_callbacks_at_most",
        "fifty_thousand_items_at_most",
        "waits_for_room_beyond_twenty_thousand",
    )
]


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench for the target that the test is about."""
    bench = Bench(Settings(request.param, hangs_repeated=0))
    bench.open()
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("bench", "subject"),
    [(one.target, one) for one in SUBJECTS],
    indirect=["bench"],
    ids=[one.name for one in SUBJECTS],
)
def test_a_high_limit_is_seen_and_blamed_on_its_clause(bench: Bench, subject: Subject) -> None:
    (clause,) = subject.says["BREAKS"]
    record = judge(clause, UNIVERSAL[clause], bench, LARGE)
    assert record.status is Status.FAILED
    assert subject.says["SAYS"][clause] in record.evidence[0].seen
    assert {one.clause for seen in LARGE for one in findings(bench.observe(seen))} == {clause}


@pytest.mark.parametrize(
    "bench",
    ["taskqueue_reference:TaskQueue", "oss2.task_queue:TaskQueue"],
    indirect=True,
)
def test_right_ones_have_no_limit(bench: Bench) -> None:
    for scenario in LARGE:
        seen = bench.observe(scenario)
        assert seen.slow is None
        assert list(findings(seen)) == []


@pytest.mark.parametrize("subject", SUBJECTS, ids=[one.name for one in SUBJECTS])
def test_the_clause_is_judged_by_large_workloads(subject: Subject) -> None:
    judged: list[Scenario] = []
    for test, _ in clause_tests():
        if test.id in subject.says["BREAKS"]:
            judged += test.judged_by(DEFAULT)
    assert any(one in LARGE for one in judged)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_quick_run_has_no_large_backlog(depth: str) -> None:
    large: list[Any] = [
        one for one in scenarios.delivered(DEPTHS[depth]) if one in large_backlogs(DEPTHS[depth])
    ]
    assert len(large) == (depth != "quick")
