"""Forced thread switches: on the lines of the implementation, and no more once they are stopped."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taskqueue_conformance.preempt import Preemption

SOURCE = """
def work(meet):
    for _ in range(10):
        pass
    meet()
    for _ in range(10):
        pass
"""


class Counted(Preemption):
    """Counts its naps instead of taking them."""

    naps = 0

    def _nap(self) -> None:
        self.naps += 1


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The file of an implementation."""
    path = tmp_path / "an_implementation.py"
    path.write_text(SOURCE)
    return str(path)


@pytest.fixture
def work(file: str) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Lines of an implementation, a meeting in their midst. Traces nothing afterwards."""
    module = types.ModuleType("an_implementation")
    exec(compile(SOURCE, file, "exec"), module.__dict__)
    before = sys.gettrace(), threading.gettrace()
    yield module.work
    sys.settrace(before[0])
    threading.settrace(before[1])


def test_lines_are_interrupted(file: str, work: Callable[[Callable[[], object]], None]) -> None:
    preemption = Counted(1, [file])
    with preemption:
        work(lambda: None)
    assert preemption.naps > 20


def test_threads_at_work_are_left_alone_once_it_is_stopped(
    file: str, work: Callable[[Callable[[], object]], None]
) -> None:
    preemption = Counted(1, [file])
    here, go_on = threading.Semaphore(0), threading.Event()
    traced: list[object] = []

    def meet() -> None:
        here.release()
        assert go_on.wait(60)

    def body() -> None:
        work(meet)
        traced.append(sys.gettrace())

    with preemption:
        threads = [threading.Thread(target=body) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert here.acquire(timeout=60)
        naps = preemption.naps
        assert naps > 0
        preemption.stop()
        go_on.set()
        for thread in threads:
            thread.join(60)
        work(lambda: None)
    assert preemption.naps == naps
    assert traced == [None] * 3, "each line would still be looked at"


def test_stopped_before_it_has_begun_it_does_nothing(
    file: str, work: Callable[[Callable[[], object]], None]
) -> None:
    preemption = Counted(1, [file])
    preemption.stop()
    with preemption:
        work(lambda: None)
    assert preemption.naps == 0
