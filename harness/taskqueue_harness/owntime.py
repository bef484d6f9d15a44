"""How much time a process has had, of its own.

On a crowded machine a process may be given a fortieth of a processor, and what takes a tenth of a
second then takes four.  From outside that looks like a hang.  So what counts is the time that was
its own: for which it had a processor, and for which none of its threads could go on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["LONGEST_TURN", "OwnTime", "Share", "share_of"]

LONGEST_TURN = 0.5
"""Seconds from one look of a watcher to the next.  Where it is more, the watcher had no turn for a
while: on a crowded machine, or stopped and continued.  What is watched may have had none either, or
may have been heard by nobody: that time is not its own."""

_TICK = 1.0 / os.sysconf("SC_CLK_TCK")


class Share(NamedTuple):
    """What the system says of a process.

    Attributes:
        ready: whether a thread of it could go on: is running, or stands in the run queue.
        used: seconds of processor time up to now, of all its threads.
    """

    ready: bool
    used: float


def share_of(pid: int) -> Share | None:
    """What the system says of a process; None where it does not say (it is gone, or not Linux).

    The source is ``/proc/<pid>/stat`` and the same of each thread. A thread that waits for a disk
    or for a page of memory counts as one that could go on: it is not waiting for anybody. So does
    one that has ended and that nobody has taken notice of yet.
    """
    try:
        words = _stat(f"/proc/{pid}/stat")
        used = (int(words[11]) + int(words[12])) * _TICK
        for name in os.listdir(f"/proc/{pid}/task"):
            try:
                state = _stat(f"/proc/{pid}/task/{name}/stat")[0]
            except OSError:
                continue  # that thread has ended
            if state in (b"R", b"D", b"Z"):
                return Share(True, used)
    except (OSError, IndexError, ValueError):
        return None
    return Share(False, used)


def _stat(path: str) -> list[bytes]:
    """The words behind the name, which may have blanks and brackets in it: the state is first."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 4096).rpartition(b")")[2].split()
    finally:
        os.close(file)


class OwnTime:
    """The time of one process, as whoever watches it takes turns to look.

    Args:
        pid: of the process; None if it is not known: then all time is its own.
        worth: seconds after which it is worth asking whose they are; up to there all are its own.
        share: `share_of`, or what stands in for it.
        clock: in seconds.
    """

    def __init__(
        self,
        pid: int | None,
        worth: float = 0.0,
        share: Callable[[int], Share | None] = share_of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pid = pid
        self._worth = worth
        self._share_of = share
        self._clock = clock
        self._last_turn = clock()
        self._share: Share | None = None
        self._left = 0.0
        """Processor time that has not been counted: the system tells it tick by tick."""
        self.seconds = 0.0
        self.used = 0.0
        """Seconds of processor time of all its threads, up to the last look that was answered."""

    def look(self) -> None:
        """Take the time since the look before into account."""
        now = self._clock()
        passed, self._last_turn = min(now - self._last_turn, LONGEST_TURN), now
        if self._pid is not None and self.seconds >= self._worth:
            before, self._share = self._share, self._share_of(self._pid)
            if self._share:
                self.used = self._share.used
            if before and self._share and (before.ready or self._share.ready):
                used = self._share.used - before.used + self._left
                passed = min(passed, used)
                self._left = min(used - passed, _TICK)
        self.seconds += passed

    @property
    def ready(self) -> bool:
        """Whether it could go on at the last look. Where the system does not say, it could not."""
        return self._share is not None and self._share.ready

    def restart(self) -> None:
        """Count from here."""
        self.seconds, self._left, self._share = 0.0, 0.0, None
