"""Shows again what a report speaks of: ``--tq-replay TOKEN``."""

from __future__ import annotations

import pytest

from taskqueue_conformance import explored, judgement
from taskqueue_conformance.records import Record
from taskqueue_conformance.session import Execution, Session
from taskqueue_conformance.workload import Scenario

TIMES = 10


def test_7_replay(tq_session: Session, request: pytest.FixtureRequest) -> None:
    """A scenario ten times on real threads, or the very execution under the engine."""
    what = tq_session.replayed
    if what is None:
        pytest.skip("nothing to replay; name what a report speaks of with --tq-replay TOKEN")
    if isinstance(what, Execution):
        records = explored.judge_execution(tq_session.bench, what.job, what.schedule)
    else:
        records = _again(tq_session, what, request.node.name)
    for record in records:
        record.test = request.node.name
    tq_session.conclude(request.node, records)


def _again(session: Session, scenario: Scenario, test: str) -> list[Record]:
    bench, records = session.bench, []
    for _ in range(TIMES):
        seen = bench.again(scenario)
        records += judgement.judge_all(seen, bench, session.ordinary, test)
    return records
