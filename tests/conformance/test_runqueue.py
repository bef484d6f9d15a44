"""Whether the kernel's word for how long threads waited for the processor is understood."""

from __future__ import annotations

import os
from math import inf

import pytest

from taskqueue_conformance import runqueue
from taskqueue_conformance.runqueue import RunQueue, stood_in_all

SECOND = 1_000_000_000


@pytest.fixture
def stood(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """By thread, the nanoseconds that it stood in the run queue; to be changed by the test."""
    counts: dict[str, int] = {}
    monkeypatch.setattr(runqueue, "listdir", lambda folder: list(counts))
    monkeypatch.setattr(runqueue, "_stood", lambda name: counts[name])
    monkeypatch.setattr(runqueue, "_monotonic", lambda: 0.0)
    return counts


def test_the_longest_wait_since_the_look_before_is_told(stood: dict[str, int]) -> None:
    stood.update({"1": 7 * SECOND, "2": 0, "3": 50 * SECOND})
    queue = RunQueue(frozenset({3}))
    queue.look()
    stood.update({"1": 8 * SECOND, "2": 3 * SECOND, "3": 90 * SECOND})
    assert queue.look() == 3.0
    assert queue.look() == 0.0


def test_threads_come_and_go(stood: dict[str, int]) -> None:
    stood.update({"1": 5 * SECOND, "2": 5 * SECOND})
    queue = RunQueue(frozenset())
    queue.look()
    stood.clear()
    assert queue.look() == 0.0
    stood.update({"1": 2 * SECOND})
    assert queue.look() == 2.0
    stood.update({"1": 1 * SECOND})
    assert queue.look() == 0.0, "the id was given to another thread"


def test_a_look_that_takes_too_long_tells_of_a_crowd(
    stood: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stood.update({str(number): 0 for number in range(70)})
    queue = RunQueue(frozenset())
    queue.look()
    turns = iter(range(1000))
    monkeypatch.setattr(runqueue, "_monotonic", lambda: float(next(turns)))
    assert queue.look() == inf
    monkeypatch.setattr(runqueue, "_monotonic", lambda: 0.0)
    assert queue.look() == inf, "there was nothing to compare with"
    assert queue.look() == 0.0


def test_the_waits_of_all_are_added_up(
    stood: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stood.update({"1": 7 * SECOND, "2": 1 * SECOND, "3": 50 * SECOND})
    assert stood_in_all(frozenset({3})) == 8.0
    turns = iter(range(1000))
    monkeypatch.setattr(runqueue, "_monotonic", lambda: float(next(turns)))
    assert stood_in_all(frozenset({3})) == inf


def test_where_the_kernel_says_nothing_nobody_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    def listdir(folder: str) -> list[str]:
        raise FileNotFoundError(folder)

    monkeypatch.setattr(runqueue, "listdir", listdir)
    queue = RunQueue(frozenset())
    assert [queue.look(), queue.look()] == [0.0, 0.0]
    assert stood_in_all(frozenset()) == 0.0


def test_the_numbers_of_this_machine_can_be_read() -> None:
    names = os.listdir("/proc/self/task")
    assert all(runqueue._stood(name) >= 0 for name in names)
    assert runqueue._stood("no thread") == 0
