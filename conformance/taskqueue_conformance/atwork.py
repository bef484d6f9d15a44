"""Whether another process is at work or only waits, by what the kernel says of its threads (Linux).

A thread is at work as long as it runs or stands in the run queue: time in there is what those take
from one another that are at work at the same time.  Where the kernel says nothing, everybody is
taken for one that waits.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

__all__ = ["AtWork"]

SHARE = 0.5
"""Of the time since the look before, for which one thread at least was at work."""


class AtWork:
    """Looks at a process now and then, from the moment on at which its id is known."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pid: int | None = None
        self._worked: dict[str, int] = {}
        self._looked = 0.0

    def begin(self, pid: int) -> None:
        """Look at this process from now on."""
        self._looked = self._now()
        self._pid = pid

    def look(self) -> bool:
        """Whether it has been at work since the look before."""
        if self._pid is None:
            return False
        worked, now = _worked(self._pid), self._now()
        most = max((count - self._worked.get(name, 0) for name, count in worked.items()), default=0)
        passed, self._worked, self._looked = now - self._looked, worked, now
        return most / 1e9 >= SHARE * passed


def _worked(pid: int) -> dict[str, int]:
    """By thread, the nanoseconds for which it ran or stood in the run queue."""
    found = {}
    folder = f"/proc/{pid}/task"
    try:
        for name in os.listdir(folder):
            with open(f"{folder}/{name}/schedstat") as file:
                ran, stood, _ = file.read().split()
            found[name] = int(ran) + int(stood)
    except (OSError, ValueError):
        pass  # it is about to end, or the kernel says nothing
    return found
