"""Workloads and fault plans that Hypothesis draws, and shrinks if they go wrong."""

from __future__ import annotations

import pytest

from taskqueue_conformance.drawing import Search
from taskqueue_conformance.drawing_explored import ExploredSearch
from taskqueue_conformance.session import Session


def test_6_drawn_workloads(tq_session: Session, request: pytest.FixtureRequest) -> None:
    """Whatever the callbacks do and wherever they fail, no clause is contradicted."""
    search = Search(tq_session.bench, tq_session.ordinary, tq_session.depth, tq_session.seed)
    tq_session.conclude(request.node, search.run(request.node.name))


def test_6_drawn_workloads_explored(tq_session: Session, request: pytest.FixtureRequest) -> None:
    """The same under the engine: every workload under many schedules."""
    search = ExploredSearch(
        tq_session.bench, tq_session.ordinary, tq_session.depth, tq_session.seed
    )
    if reason := search.idle:
        pytest.skip(reason)
    tq_session.conclude(request.node, search.run(request.node.name))
