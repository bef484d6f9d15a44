"""Pools and queues with other names, brought under the suite as the documentation shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskqueue_conformance import HandlerAdapter
from taskqueue_conformance.adapters import HANDLER_NOT_APPLICABLE
from taskqueue_conformance.assess import assess
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.records import Status
from taskqueue_conformance.report import Report, verdict
from taskqueue_conformance.session import Options

ADAPTERS = Path(__file__).resolve().parent.parent / "adapters"


def assessed(name: str, profile: str = "core") -> Report:
    target = f"{ADAPTERS / name}.py:subject"
    return assess(
        Options(
            target,
            given=True,
            profile=profile,
            depth=DEPTHS["quick"],
            factor=1.0,
            seed=5,
            cwd=str(ADAPTERS),
        )
    )


def failed(report: Report) -> dict[str, str]:
    return {
        one.clause: one.evidence[0].seen for one in report.standings if one.status is Status.FAILED
    }


def test_a_queue_with_other_names_is_judged_like_any_other() -> None:
    report = assessed("other_names", "strict")
    assert failed(report) == {}
    assert all(one.status is Status.PASSED for one in report.standings)


def test_an_executor_is_conformant_to_the_handler_subset() -> None:
    report = assessed("thread_pool_executor")
    assert verdict(report).word == "conformant", verdict(report).sentence
    skipped = {one.clause for one in report.standings if one.status is Status.NOT_APPLICABLE}
    assert skipped == set(HANDLER_NOT_APPLICABLE)


def test_a_thread_pool_hangs_when_a_handler_exits() -> None:
    found = failed(assessed("thread_pool"))
    core = {clause for clause in found if clause == "TQ-3.5"}
    assert core == {"TQ-3.5"}
    assert "did not come back" in found["TQ-3.5"]
    # Nothing else of core: what fails besides is beyond it.
    assert set(found) - core <= {"TQ-2.10", "TQ-2.11", "TQ-3.9", "TQ-3.10", "TQ-2.18"}


def test_the_face_on_a_pool_hands_each_item_to_one_consumer_and_raises_its_failure() -> None:
    from contextlib import contextmanager
    from typing import Any

    @HandlerAdapter
    @contextmanager
    def in_turn(handle: Any, workers: int) -> Any:
        items: list[Any] = []
        yield items.append
        for item in items:
            handle(item)

    taken: list[int] = []

    def consumer(q: Any) -> None:
        while (item := q.get()) is not None:
            if item == 3:
                raise LookupError(item)
            taken.append(item)

    def producer(q: Any) -> None:
        for item in range(1, 4):
            q.put(item)

    with pytest.raises(LookupError):
        in_turn(producer, [consumer]).run()
    assert taken == [1, 2]
