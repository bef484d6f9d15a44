"""Whether another process is at work or only waits, and how much time of its own it has had.

A process is at work as long as a thread of it runs or is ready to: those that are at work at the
same time take the processor from one another, and on a crowded machine each has it for next to no
time.  Where the system says nothing, everybody is taken for one that waits.
"""

from __future__ import annotations

from taskqueue_harness.owntime import OwnTime

__all__ = ["AtWork"]


class AtWork:
    """Looks at a process now and then, from the moment on at which its id is known."""

    def __init__(self) -> None:
        self._time: OwnTime | None = None

    def begin(self, pid: int) -> None:
        """Look at this process from now on."""
        self._time = OwnTime(pid)

    def look(self) -> bool:
        """Whether it could go on at this moment, or does; or is still to be started."""
        time = self._time
        if time is None:
            return True
        time.look()
        return time.ready

    @property
    def seconds(self) -> float:
        """How much time of its own it has had, up to the last look."""
        return self._time.seconds if self._time is not None else 0.0

    @property
    def used(self) -> float:
        """How much processor time it has used, up to the last look that was answered."""
        return self._time.used if self._time is not None else 0.0
