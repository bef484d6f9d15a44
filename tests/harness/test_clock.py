"""Virtual time: whatever a program sleeps by, it passes at once and for everybody."""

from __future__ import annotations

import os
import select
import selectors
import signal
import threading
import time
import types
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_harness import Bounds, explore
from taskqueue_harness.exploration import Exploration
from taskqueue_harness.world.pristine import Snapshot

CALM = Bounds(early_timeouts=0)
HOUR = 3600.0


def by_sleep() -> None:
    time.sleep(HOUR)


def by_select() -> None:
    assert select.select([], [], [], HOUR) == ([], [], [])


def by_poll() -> None:
    poll = select.poll()
    reading, writing = os.pipe()
    poll.register(reading)
    poll.unregister(reading)
    os.close(reading)
    os.close(writing)
    assert poll.poll(HOUR * 1000) == []


def by_epoll() -> None:
    with select.epoll() as epoll:
        assert epoll.poll(HOUR) == []
    assert epoll.closed


def by_a_selector() -> None:
    with selectors.DefaultSelector() as selector:
        assert selector.select(HOUR) == []


def by_the_selector_of_select() -> None:
    with selectors.SelectSelector() as selector:
        assert selector.select(HOUR) == []


def by_waiting_for_no_signal() -> None:
    assert signal.sigtimedwait([], HOUR) is None


def by_an_attribute_of_a_class() -> None:
    """A function of C is no method of the class that has it."""

    class Naps:
        now: Any = time.monotonic
        date: Any = time.localtime
        ident: Any = threading.get_ident
        sleep: Any = time.sleep
        select: Any = select.select

    naps = Naps()
    assert naps.ident() == threading.get_ident()
    began = naps.now()
    naps.sleep(HOUR / 2)
    assert naps.select([], [], [], HOUR / 2) == ([], [], [])
    assert naps.now() == began + HOUR
    assert naps.date(0).tm_year < naps.date().tm_year


def by_waiting_for_nothing() -> None:
    assert not threading.Event().wait(HOUR)


def by_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=HOUR)


SLEEPS = [
    by_sleep,
    by_select,
    by_poll,
    by_epoll,
    by_a_selector,
    by_the_selector_of_select,
    by_waiting_for_no_signal,
    by_an_attribute_of_a_class,
    by_waiting_for_nothing,
    by_a_lock,
]


@pytest.mark.parametrize("sleep", SLEEPS)
def test_an_hour_passes_by_the_virtual_clock(sleep: Callable[[], None]) -> None:
    def program() -> None:
        began = time.monotonic()
        wakes = []

        def nap() -> None:
            sleep()
            wakes.append(time.monotonic() - began)

        threads = [threading.Thread(target=nap) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wakes == [HOUR, HOUR]

    result = explore(program, strategy="dpor", bounds=CALM)
    assert result.exhausted, result
    assert result.ok, result


def test_a_module_that_imports_from_time_can_be_kept() -> None:
    """Else it would be executed anew for each execution."""
    module = types.ModuleType("keeps")
    world = Exploration(by_sleep).world
    clocks = vars(world.module("time")).items()
    vars(module).update({name: value for name, value in clocks if name[0] != "_"})
    vars(module)["get_ident"] = vars(world.module("_thread"))["get_ident"]
    Snapshot(module, ()).restore()


@pytest.mark.parametrize("bad", [-1.0, "soon"])
def test_what_is_no_time_is_refused(bad: object) -> None:
    def program() -> None:
        kind = ValueError if bad == -1.0 else TypeError
        for sleep in (time.sleep, lambda seconds: select.select([], [], [], seconds)):
            try:
                sleep(bad)  # type: ignore[arg-type]
            except kind:
                continue
            raise AssertionError("it slept")

    assert explore(program, executions=1).ok


@pytest.mark.parametrize(
    "wait",
    [
        lambda: select.poll().poll("soon"),  # type: ignore[arg-type]
        lambda: select.epoll().poll("soon"),  # type: ignore[arg-type]
        lambda: select.epoll().poll(1.0, 0),
        lambda: select.epoll().poll(1.0, "many"),  # type: ignore[arg-type]
        lambda: select.poll().unregister(10_000),
        lambda: signal.sigtimedwait([], -1),
        lambda: signal.sigtimedwait([], "soon"),  # type: ignore[arg-type]
        lambda: signal.sigtimedwait(1, 1),  # type: ignore[arg-type]
    ],
)
def test_a_wait_refuses_what_the_real_one_does(wait: Callable[[], object]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)) as refused:
        wait()
    kind = refused.type

    def program() -> None:
        try:
            wait()
        except kind:
            return
        raise AssertionError("it waited")

    assert explore(program, executions=1).ok


def ready_for_poll(reading: int) -> None:
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    poll.modify(reading, select.POLLIN)
    assert poll.poll(1000.0) == [(reading, select.POLLIN)]
    poll.unregister(reading)


def ready_for_epoll(reading: int) -> None:
    with select.epoll() as epoll:
        epoll.register(reading, eventmask=select.EPOLLIN)
        assert epoll.poll(timeout=1.0, maxevents=3) == [(reading, select.EPOLLIN)]
        other = select.epoll.fromfd(os.dup(epoll.fileno()))
        assert other.poll(1.0) == [(reading, select.EPOLLIN)]
        other.close()
        epoll.unregister(reading)


def ready_for_a_selector(reading: int) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ, "it")
        assert [(key.data, events) for key, events in selector.select(1.0)] == [("it", 1)]


@pytest.mark.parametrize("ready", [ready_for_poll, ready_for_epoll, ready_for_a_selector])
def test_what_is_registered_is_told_by_the_real_one(ready: Callable[[int], None]) -> None:
    def program() -> None:
        reading, writing = os.pipe()
        try:
            os.write(writing, b".")
            ready(reading)
        finally:
            os.close(reading)
            os.close(writing)

    assert explore(program, executions=2).ok


def test_what_is_ready_is_told_by_the_real_select() -> None:
    def program() -> None:
        reading, writing = os.pipe()
        try:
            assert select.select([reading], [], [], 0) == ([], [], [])
            os.write(writing, b".")
            assert select.select([reading], [], [], 1.0) == ([reading], [], [])
        finally:
            os.close(reading)
            os.close(writing)

    assert explore(program, executions=2).ok
