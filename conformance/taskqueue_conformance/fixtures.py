"""The fixtures of the suite's tests; the plugin puts them into the suite's modules alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from taskqueue_conformance.clause import Seen, clause_of
from taskqueue_conformance.plugin import session_of
from taskqueue_conformance.session import RECORDS, Session

__all__ = ["seen", "tq_session"]


@pytest.fixture
def tq_session(request: pytest.FixtureRequest) -> Session:
    """The session of the suite, with the implementation loaded."""
    session = session_of(request.config)
    _ = session.bench
    return session


@pytest.fixture
def seen(request: pytest.FixtureRequest, tq_session: Session) -> Iterator[Seen]:
    """What the implementation did in the scenarios of the test's clause."""
    test = clause_of(request.node)
    assert test is not None, "a test that takes `seen` says of which clause: @clause(...)"
    what = Seen(test, tq_session.bench, tq_session.depth, tq_session.options.scenario)
    yield what
    for record in what.records:
        record.test = request.node.name
    request.node.stash[RECORDS] = what.records
