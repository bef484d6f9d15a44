"""Virtual time: whatever a program sleeps by, it passes at once and for everybody."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

import pytest

from taskqueue_harness import Bounds, explore

CALM = Bounds(early_timeouts=0)
HOUR = 3600.0


def by_sleep() -> None:
    time.sleep(HOUR)


def by_select() -> None:
    assert select.select([], [], [], HOUR) == ([], [], [])


def by_waiting_for_nothing() -> None:
    assert not threading.Event().wait(HOUR)


def by_a_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=HOUR)


SLEEPS = [by_sleep, by_select, by_waiting_for_nothing, by_a_lock]


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
