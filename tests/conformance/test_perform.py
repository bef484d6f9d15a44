"""Callbacks are as awkward as they say, and what cannot be shown is told all the same."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from taskqueue_conformance.items import make_item
from taskqueue_conformance.perform import Performance
from taskqueue_conformance.stage import RealStage
from taskqueue_conformance.workload import Put, Scenario


class Handed:
    """Keeps what it is made of; run() calls the producer and returns `result`."""

    result: object = None

    def __init__(self, producer: Any, consumers: Any) -> None:
        self.producer, self.consumers, self.items = producer, list(consumers), []  # type: ignore[var-annotated]

    def put(self, item: Any) -> None:
        self.items.append(item)

    def run(self) -> object:
        self.producer(self)
        return self.result


def performed(scenario: Scenario, subject: type[Handed] = Handed) -> tuple[Performance, Handed]:
    performance = Performance(scenario, RealStage(None))
    assert performance.construct(subject)
    performance.run()
    return performance, performance.queue


def test_an_aloof_callback_is_false_and_not_to_be_compared_or_hashed() -> None:
    _, queue = performed(Scenario("x", (), ((),), callables="aloof"))
    assert not queue.producer
    assert len(queue.producer) == 0
    with pytest.raises(TypeError, match="without being looked at"):
        queue.producer == queue.producer  # noqa: B015
    with pytest.raises(TypeError, match="unhashable"):
        hash(queue.producer)


def test_to_the_standard_library_an_aloof_callback_is_true() -> None:
    """Thread.run() tests its target for truth: that is no mistake of those who hand it one."""
    performance, queue = performed(Scenario("x", (), ((),), callables="aloof"))
    thread = threading.Thread(target=queue.consumers[0], args=(queue,))
    thread.start()
    thread.join()
    assert performance.all_begun()


def test_the_queue_its_class_and_the_callbacks_are_items() -> None:
    kinds = ("queue", "queue_class", "producer", "consumer")
    scenario = Scenario("x", tuple(Put(1, kind) for kind in kinds), ((), ()))
    _, queue = performed(scenario)
    expected = (queue, Handed, queue.producer, queue.consumers[-1])
    assert [id(item) for item in queue.items] == [id(thing) for thing in expected]


def test_callbacks_are_kept_only_where_they_are_items() -> None:
    performance, _ = performed(Scenario("x", (Put(1),), ((),)))
    assert performance.callbacks == []


def test_a_result_that_cannot_be_shown_is_told_by_its_type() -> None:
    class Giving(Handed):
        result = make_item("unprintable", 1)

    performance, _ = performed(Scenario("x", (), ()), Giving)
    assert performance.history().run_value == "an object of type _Unprintable"
