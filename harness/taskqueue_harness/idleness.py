"""Whether a thread waits for real, in however short pieces.

A single long wait is known by its silence. A program that waits half a second at a time, and does
something in between, is never silent for long; but it can be told by what the operating system says
of its thread: that it sleeps, nearly always, and that meanwhile nobody else in this process
computes, or would if it had a processor. The latter is what tells a wait outside from one for the
interpreter's lock, and from a busy machine.

Where the operating system does not say (it is Linux that does), nothing is told.
"""

from __future__ import annotations

import os
import time

__all__ = ["Idleness"]

WEIGHT = 3
"""What a second of anything else outweighs in seconds of waiting: a thread must wait for more than
three quarters of the time to be told of."""


class Idleness:
    """The time that one OS thread of this process has waited, net of `WEIGHT` times all other.

    Args:
        native_id: of the thread.
    """

    def __init__(self, native_id: int) -> None:
        self._task = f"/proc/self/task/{native_id}/stat"
        self.seconds = 0.0
        self._computing = time.process_time()
        self._queueing: dict[str, float] | None = None

    def look(self, passed: float) -> None:
        """Called again and again, with the seconds since the last time.

        The first look is only what the second is compared with: most threads have ended by then.
        """
        computing, queueing = time.process_time(), _queueing()
        used, before = computing - self._computing, self._queueing
        self._computing, self._queueing = computing, queueing
        if queueing is None or before is None:
            return
        # Of a thread that has ended nothing is there any more to be compared.
        used += sum(max(0.0, now - before.get(task, 0.0)) for task, now in queueing.items())
        self.add(passed, used if self._sleeps() else passed)

    def add(self, passed: float, used: float) -> None:
        """`passed` seconds went by, and in `used` of them the thread had something else to do."""
        waited = max(0.0, passed - used)
        self.seconds = max(0.0, self.seconds + waited - WEIGHT * (passed - waited))

    def _sleeps(self) -> bool:
        """Whether the thread waits at this moment for something other than a disk."""
        return _read(self._task).rpartition(")")[2].split()[:1] == ["S"]


def _queueing() -> dict[str, float] | None:
    """Seconds that each thread of this process could have run but had no processor."""
    found = {}
    try:
        for task in os.listdir("/proc/self/task"):
            fields = _read(f"/proc/self/task/{task}/schedstat").split()
            if fields:
                found[task] = int(fields[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None
    return found or None


def _read(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            return stream.read().decode(errors="replace")
    except OSError:
        return ""  # the thread has just ended, or there is no such thing here
