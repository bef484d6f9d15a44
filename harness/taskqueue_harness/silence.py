"""How long a process has kept silent of its own accord.

On a crowded machine a process may be given a fortieth of a processor, and a call into C that
takes a tenth of a second then takes four, during which no other thread of it can say that all is
well.  From outside it looks like one that hangs.  So what counts is the time that was its own: for
which it had a processor, and for which none of its threads could go on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["LONGEST_TURN", "Share", "Silence", "share_of"]

LONGEST_TURN = 0.5
"""Seconds from one look of a watcher to the next.  Where it is more, the watcher had no turn for a
while: on a crowded machine, or stopped and continued.  What is watched may have had none either, or
may have been heard by nobody: that is not its silence."""

LOOK_CLOSER = 0.6
"""Seconds of silence after which it is worth asking whose they are."""

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
    or for a page of memory counts as one that could go on: it is not waiting for anybody.
    """
    try:
        words = _stat(f"/proc/{pid}/stat")
        used = (int(words[11]) + int(words[12])) * _TICK
        for name in os.listdir(f"/proc/{pid}/task"):
            try:
                state = _stat(f"/proc/{pid}/task/{name}/stat")[0]
            except OSError:
                continue  # that thread has ended
            if state in (b"R", b"D"):
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


class Silence:
    """The silence of one process, as whoever listens takes turns to look.

    Args:
        pid: of the process; None if it is not known: then all time is its own.
        look: `share_of`, or what stands in for it.
        clock: in seconds.
    """

    def __init__(
        self,
        pid: int | None,
        look: Callable[[int], Share | None] = share_of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pid = pid
        self._look = look
        self._clock = clock
        self._last_turn = clock()
        self._share: Share | None = None
        self.seconds = 0.0
        """How long it has lasted, of the process's own time."""

    def turn(self) -> None:
        """Take the time since the turn before into account."""
        now = self._clock()
        passed, self._last_turn = min(now - self._last_turn, LONGEST_TURN), now
        if self._pid is None or self.seconds < LOOK_CLOSER:
            self.seconds += passed
            return
        before, self._share = self._share, self._look(self._pid)
        if before is not None and self._share is not None and (before.ready or self._share.ready):
            passed = min(passed, self._share.used - before.used)
        self.seconds += passed

    def heard(self) -> None:
        """It has said something: a new silence begins."""
        self.seconds, self._share = 0.0, None
