"""Who may begin, and when: so many scenarios at work at a time, and nobody before the first."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator

from taskqueue_conformance.atwork import AtWork

__all__ = ["AT_WORK", "Places", "Turns"]

AT_WORK = 2 + 2 * (os.cpu_count() or 1)
"""How many scenarios may use the processor at a time."""

SETTLING = 0.1
"""Every so many seconds a scenario is looked at; when it only waits, the next may begin."""


CROWDED = 12
"""On a machine with so many that want each processor it still has its time, in the end."""


class Places:
    """A semaphore that is handed on in the order of asking: what was begun first waits least."""

    def __init__(self, count: int) -> None:
        self._mutex = threading.Lock()
        self._free = count
        self._asking: deque[threading.Lock] = deque()

    def acquire(self) -> None:
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._asking.append(turn)
        turn.acquire()

    def release(self) -> None:
        with self._mutex:
            if self._asking:
                self._asking.popleft().release()
            else:
                self._free += 1


class Turns:
    """The turns of the scenarios of one run.

    Args:
        patience: seconds for which all wait for what the first scenario does, of the time that is
            its own; `CROWDED` times as long by the clock.
        keep_apart: whether those at work may be no more than `count`; asked while they are.
        count: how many may be at work at a time.
    """

    def __init__(
        self, patience: float, keep_apart: Callable[[], bool], count: int = AT_WORK
    ) -> None:
        self._patience = patience
        self._keep_apart = keep_apart
        self._places = Places(count)
        self._first = threading.Lock()
        self._known = threading.Event()
        """Set when the first scenario has ended, has settled to wait, or has had its time."""

    @contextlib.contextmanager
    def turn(self) -> Iterator[Callable[[int], None]]:
        """Wait for a place among those at work, and keep it until the end or until only waiting.

        What it gives is to be told the id of the process that is looked at.
        """
        if not self._first.acquire(blocking=False):  # and kept: there is one first scenario
            self._known.wait(self._patience * CROWDED)
        self._places.acquire()
        held = threading.Lock()

        def give_up_place() -> None:
            if held.acquire(blocking=False):
                self._places.release()
                self._known.set()

        work, done = AtWork(), threading.Event()

        def settle() -> None:
            while not done.wait(SETTLING) and self._keep_apart() and work.look():
                if work.seconds >= self._patience:
                    self._known.set()
            give_up_place()

        threading.Thread(target=settle, daemon=True).start()
        try:
            yield work.begin
        finally:
            done.set()
            give_up_place()
