"""Performs one scenario again that a report speaks of: ``--tq-replay TOKEN``."""

from __future__ import annotations

import pytest

from taskqueue_conformance import judgement
from taskqueue_conformance.session import Session

TIMES = 10


def test_7_replay(tq_session: Session, request: pytest.FixtureRequest) -> None:
    """The scenario of the token, ten times."""
    scenario = tq_session.replayed
    if scenario is None:
        pytest.skip("nothing to replay; name a scenario with --tq-replay TOKEN")
    bench = tq_session.bench
    records = []
    for _ in range(TIMES):
        seen = bench.again(scenario)
        records += judgement.judge_all(seen, bench, tq_session.ordinary, request.node.name)
    tq_session.conclude(request.node, records)
