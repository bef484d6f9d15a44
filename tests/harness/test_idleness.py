"""A program that waits for real, again and again but never for long, is out of control."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskqueue_harness import explore
from taskqueue_harness.idleness import Idleness

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="the operating system does not say"
)


def waits_in_short_pieces() -> None:
    """For twenty seconds in all, and each time no longer than the engine bears in silence."""
    reading, writing = os.pipe()
    lock = threading.Lock()
    try:
        for _ in range(40):
            with lock:
                pass
            select.select([reading], [], [], 0.5)
    finally:
        os.close(reading)
        os.close(writing)


def test_waits_in_short_pieces_are_out_of_control() -> None:
    def program() -> None:
        thread = threading.Thread(target=waits_in_short_pieces)
        thread.start()
        thread.join()

    result = explore(program, executions=1, repeats=0, stall=2.0)
    assert result.verdict == "uncontrolled", result
    assert result.outcome is not None
    assert "in short pieces" in result.outcome.message
    assert "test_idleness.py" in result.outcome.message
    assert "select.select(" in result.outcome.traceback


@pytest.fixture
def waiting() -> Iterator[Idleness]:
    """What is told of a thread that waits for an event."""
    over, started = threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        over.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    started.wait()
    assert thread.native_id is not None
    idleness = Idleness(thread.native_id)
    while not idleness._sleeps():
        pass
    idleness.look(0.0)
    yield idleness
    over.set()
    thread.join()


def test_who_waits_while_nobody_computes_is_idle(waiting: Idleness) -> None:
    waiting.look(1_000.0)  # as if so many seconds had gone by since the look before
    assert waiting.seconds > 900


def test_who_waits_while_another_thread_computes_is_not(waiting: Idleness) -> None:
    """It may wait for that one: for the interpreter's lock, say."""
    began = time.process_time()
    while time.process_time() - began < 0.1:
        pass
    waiting.look(0.1)
    assert waiting.seconds == 0


def test_who_computes_is_not_idle() -> None:
    idleness = Idleness(threading.get_native_id())
    idleness.look(0.0)
    idleness.look(1_000.0)
    assert idleness.seconds == 0


def test_nothing_is_told_of_a_thread_that_is_not_there() -> None:
    idleness = Idleness(0)
    idleness.look(0.0)
    idleness.look(1_000.0)
    assert idleness.seconds == 0


def test_little_else_outweighs_much_waiting() -> None:
    idleness = Idleness(threading.get_native_id())
    for _ in range(100):
        idleness.add(0.2, 0.06)
    assert idleness.seconds < 0.2
    for _ in range(100):
        idleness.add(0.2, 0.02)
    assert idleness.seconds > 10
    for _ in range(30):
        idleness.add(0.4, 0.5)
    assert idleness.seconds == 0
