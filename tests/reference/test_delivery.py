"""Section 1 of the contract: what is put is delivered."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from taskqueue_reference import TaskQueue

Finish = Callable[[TaskQueue], "BaseException | None"]


def collect(into: list[Any]) -> Callable[[TaskQueue], None]:
    def consumer(q: TaskQueue) -> None:
        while (item := q.get()) is not None:
            into.append(item)

    return consumer


def put_all(items: list[Any]) -> Callable[[TaskQueue], None]:
    def producer(q: TaskQueue) -> None:
        for item in items:
            q.put(item)

    return producer


@pytest.mark.parametrize("consumers", [1, 2, 8])
def test_1_1_every_item_is_delivered_exactly_once(consumers: int, finish: Finish) -> None:
    taken: list[int] = []
    assert finish(TaskQueue(put_all(list(range(1000))), [collect(taken)] * consumers)) is None
    assert sorted(taken) == list(range(1000))


def test_1_2_items_are_handed_out_in_the_order_they_were_put(finish: Finish) -> None:
    items = list(range(100))
    taken: list[int] = []
    turn = threading.Lock()

    def consumer(q: TaskQueue) -> None:
        while True:
            with turn:  # get() and its record are one step, whichever consumer it is
                item = q.get()
                if item is None:
                    return
                taken.append(item)

    assert finish(TaskQueue(put_all(items), [consumer] * 3)) is None
    assert taken == items


class EqualToEverything:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    "item",
    [0, "", (), False, [], {}, float("nan"), ValueError("item"), KeyError, EqualToEverything()],
    ids=lambda item: type(item).__name__,
)
def test_1_3_the_object_itself_is_delivered(item: object, finish: Finish) -> None:
    """And it is not taken for the end, which would reach the consumer before the next item."""
    arrived = threading.Event()
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        q.put(item)
        assert arrived.wait(30)
        q.put("next")

    def consumer(q: TaskQueue) -> None:
        taken.append(q.get())
        arrived.set()
        taken.append(q.get())

    assert finish(TaskQueue(producer, [consumer])) is None
    assert taken[0] is item
    assert taken[1] == "next"


def test_1_4_get_waits_for_a_slow_producer(finish: Finish) -> None:
    asking = threading.Event()
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        assert asking.wait(30)
        q.put("late")

    def consumer(q: TaskQueue) -> None:
        asking.set()
        taken.append(q.get())

    assert finish(TaskQueue(producer, [consumer])) is None
    assert taken == ["late"]


def test_1_5_none_is_refused_and_nothing_is_queued(finish: Finish) -> None:
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        with pytest.raises(ValueError, match="None means the end"):
            q.put(None)
        q.put("after")

    assert finish(TaskQueue(producer, [collect(taken)])) is None
    assert taken == ["after"]


def test_1_6_items_put_before_the_producer_failed_are_delivered(finish: Finish) -> None:
    taken: list[object] = []
    failure = OSError("lost")

    def producer(q: TaskQueue) -> None:
        q.put("a")
        q.put("b")
        raise failure

    assert finish(TaskQueue(producer, [collect(taken)])) is failure
    assert taken == ["a", "b"]


def test_1_7_a_failed_consumer_takes_no_item_from_the_others(finish: Finish) -> None:
    failed = threading.Event()
    taken: list[object] = []
    failure = OSError("consumer")

    def producer(q: TaskQueue) -> None:
        q.put("before")
        assert failed.wait(30)
        while q.ok():
            pass
        q.put("after")

    def failing(q: TaskQueue) -> None:
        failed.set()
        raise failure

    assert finish(TaskQueue(producer, [failing, collect(taken)])) is failure
    assert taken == ["before", "after"]


def test_1_8_an_item_that_a_consumer_puts_is_delivered(finish: Finish) -> None:
    put = threading.Event()
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        q.put("found")
        assert put.wait(30)

    def consumer(q: TaskQueue) -> None:
        while (item := q.get()) is not None:
            taken.append(item)
            if item == "found":
                q.put("more")
                put.set()

    assert finish(TaskQueue(producer, [consumer])) is None
    assert taken == ["found", "more"]


def test_1_9_put_get_and_ok_work_from_helper_threads(finish: Finish) -> None:
    seen: list[object] = []

    def by_a_helper(work: Callable[[], None]) -> None:
        helper = threading.Thread(target=work, daemon=True)
        helper.start()
        helper.join(30)
        assert not helper.is_alive()

    def producer(q: TaskQueue) -> None:
        by_a_helper(lambda: q.put("item"))

    def consumer(q: TaskQueue) -> None:
        by_a_helper(lambda: seen.extend([q.get(), q.ok(), q.get()]))

    assert finish(TaskQueue(producer, [consumer])) is None
    assert seen == ["item", True, None]


def test_1_10_none_is_refused_without_asserts() -> None:
    program = (
        "from taskqueue_reference import TaskQueue\n"
        "try:\n"
        "    TaskQueue(print, [print]).put(None)\n"
        "except ValueError:\n"
        "    print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-O", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    assert done.stdout == "refused\n"


class Item:
    pass


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
def test_1_11_a_delivered_item_is_not_kept_alive(finish: Finish) -> None:
    dropped = threading.Event()
    alive: list[object] = []

    def producer(q: TaskQueue) -> None:
        q.put(Item())
        assert dropped.wait(30)

    def consumer(q: TaskQueue) -> None:
        item = weakref.ref(q.get())  # no name here holds the item itself
        alive.append(item())
        dropped.set()
        assert q.get() is None

    assert finish(TaskQueue(producer, [consumer])) is None
    assert alive == [None]


@pytest.mark.usefixtures("without_collector")
def test_1_11_nor_while_more_items_pass_and_others_wait(finish: Finish) -> None:
    """Slots of the container that are reused late, or never, show here."""
    items: list[weakref.ref[Item]] = []
    dead: list[bool] = []

    def producer(q: TaskQueue) -> None:
        for _ in range(100):
            item = Item()
            items.append(weakref.ref(item))
            q.put(item)
            del item

    def consumer(q: TaskQueue) -> None:
        for _ in range(50):
            q.get()
        dead.extend(item() is None for item in items[:50])
        while q.get() is not None:
            pass

    assert finish(TaskQueue(producer, [consumer])) is None
    assert dead == [True] * 50


def test_put_may_be_called_by_a_finalizer_while_put_is_in_progress(finish: Finish) -> None:
    """The lock is reentrant: a finalizer runs in whatever thread, wherever that happens to be."""
    taken: list[object] = []

    def producer(q: TaskQueue) -> None:
        with q._lock:  # where a finalizer may run: in the middle of put()
            q.put("from a finalizer")
            assert q.ok()

    assert finish(TaskQueue(producer, [collect(taken)])) is None
    assert taken == ["from a finalizer"]
