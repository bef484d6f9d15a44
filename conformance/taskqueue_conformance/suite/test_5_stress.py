"""Large and jittery workloads on real threads, repeated; every universal clause judges each run.

pytest-repeat runs each test several times (`--tq-depth` says how often), every time with another
seed, so this is the check on what no list of small scenarios holds.
"""

from __future__ import annotations

import pytest

from taskqueue_conformance import judgement, scenarios
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.session import Session

NAMES = [scenario.name for scenario in scenarios.stress(DEPTHS["quick"], 0)]


@pytest.mark.parametrize("name", NAMES)
def test_5_stress(name: str, tq_session: Session, request: pytest.FixtureRequest) -> None:
    """Whatever the load and wherever threads are switched, no clause is contradicted."""
    repetition = request.node.callspec.params.get("__pytest_repeat_step_number", 0)
    scenario = tq_session.stress(name, repetition)
    if not tq_session.bench.applicable([scenario]):
        pytest.skip("it takes for granted what does not apply to this implementation")
    seen = tq_session.bench.observe(scenario)
    records = judgement.judge_all(seen, tq_session.bench, tq_session.ordinary, request.node.name)
    tq_session.conclude(request.node, records)
