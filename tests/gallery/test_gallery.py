"""Specimens fail exactly their clauses, innocents pass, hostile ones get a verdict.

One quick run of each, several at a time.  Ten in a row are run by hand: see `tests.gallery.run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from taskqueue_conformance.contract import CLAUSES
from tests.gallery.assessing import assess_in_child
from tests.gallery.subjects import Subject, subjects

AT_A_TIME = 5
"""Most subjects wait most of the time: for what hangs, or for a silence to be long enough."""
SEED = 1

SLOWEST = (
    "process_never_ends",
    "slow_put",
    "lingers_after_the_last_callback",
    "recurses_without_end",
    "spins_in_get",
    "spins_in_run",
    "stops_its_process",
    "patches_locks",
)
"""Begun first, so that none of them is the last to end."""

ALL = list(subjects())


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[dict[str, Any]]]]:
    """The assessments, begun in the order of the tests."""
    chosen: list[Any] = [
        item.callspec.params["subject"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == request.path
        if "subject" in getattr(item, "fixturenames", ()) and hasattr(item, "callspec")
    ]
    pool = ThreadPoolExecutor(AT_A_TIME)
    chosen.sort(key=lambda one: not one.name.endswith(SLOWEST))
    yield {one.name: pool.submit(assess_in_child, one, SEED) for one in chosen}
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("subject", ALL, ids=[subject.name for subject in ALL])
def test_the_suite_sees_what_the_subject_says(
    subject: Subject, results: dict[str, Future[dict[str, Any]]]
) -> None:
    result = results[subject.name].result()
    assert not result["wrong"], "\n".join(result["wrong"])


def test_every_clause_has_a_specimen_that_breaks_it() -> None:
    broken = {clause for one in ALL if one.kind == "specimens" for clause in one.says["BREAKS"]}
    assert {clause.id for clause in CLAUSES} == broken
