"""Who may begin, and when: so many scenarios at work at a time, and nobody before the first; and
how much of the processor all of them may use."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterator

from taskqueue_conformance.atwork import AtWork

__all__ = ["AT_WORK", "Places", "Turn", "Turns"]

AT_WORK = 2 + 2 * (os.cpu_count() or 1)
"""How many scenarios may use the processor at a time."""

SETTLING = 0.1
"""Every so many seconds a scenario at work is looked at; when it only waits, the next may begin."""

RESTING = 0.5
"""Every so many seconds one that waits is looked at: to ask all of them costs time as well."""

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
            if self._free > 0:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._asking.append(turn)
        turn.acquire()

    def occupy(self) -> None:
        """Take a place although there may be none: of one that is at work whether it may or not.

        Nobody gets one until there are no more at work than there are places.
        """
        with self._mutex:
            self._free -= 1

    def release(self) -> None:
        with self._mutex:
            if self._free >= 0 and self._asking:
                self._asking.popleft().release()
            else:
                self._free += 1


class Turn:
    """The turn of one scenario: has a place as long as its process is at work, and not after.

    Args:
        turns: whose places these are.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._work = AtWork()
        self._over = threading.Event()
        self._mutex = threading.Lock()
        self._has_place = True
        threading.Thread(target=self._watch, daemon=True).start()

    def begin(self, pid: int) -> None:
        """Its process is there."""
        self._work.begin(pid)

    def end(self) -> None:
        """It has come to its end, whatever that was."""
        self._over.set()
        self._settle(at_work=False)

    def spent(self) -> bool:
        """Whether it is at work although all of them have used up what they may use together."""
        return self._has_place and self._turns.spent()

    def _watch(self) -> None:
        used = 0.0
        while not self._over.wait(SETTLING if self._has_place else RESTING):
            at_work = self._work.look()
            # Where it is performed a second time, another process begins with nothing.
            self._turns.count(max(0.0, self._work.used - used))
            used = self._work.used
            if self._work.seconds >= self._turns.patience:
                self._turns.known.set()
            self._settle(at_work)

    def _settle(self, at_work: bool) -> None:
        """Give the place up, or take it again."""
        with self._mutex:
            if at_work == self._has_place or (at_work and self._over.is_set()):
                return
            self._has_place = at_work
        if at_work:
            self._turns.places.occupy()
        else:
            self._turns.places.release()
            self._turns.known.set()


class Turns:
    """The turns of the scenarios of one run.

    Args:
        patience: seconds for which all wait for what the first scenario does, of the time that is
            its own; `CROWDED` times as long by the clock.
        budget: seconds of processor time that all may use together.
        count: how many may be at work at a time.
    """

    def __init__(self, patience: float, budget: float, count: int = AT_WORK) -> None:
        self.patience = patience
        self.places = Places(count)
        self.known = threading.Event()
        """Set when the first scenario has ended, has settled to wait, or has had its time."""
        self._first = threading.Lock()
        self._mutex = threading.Lock()
        self._left = budget

    @contextlib.contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait for a place among those at work, and have it as long as it is needed."""
        if not self._first.acquire(blocking=False):  # and kept: there is one first scenario
            self.known.wait(self.patience * CROWDED)
        self.places.acquire()
        turn = Turn(self)
        try:
            yield turn
        finally:
            turn.end()

    def count(self, used: float) -> None:
        """Somebody was seen to have used so many more seconds of processor time.

        What comes between the last look at a process and its end is seen by nobody.
        """
        with self._mutex:
            self._left -= used

    def spent(self) -> bool:
        """Whether they have used up what all may use together."""
        return self._left <= 0
