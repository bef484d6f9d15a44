"""Whether another process is at work or only waits, by what the kernel says of its threads (Linux).

A thread is at work as long as it runs or is ready to: those that are at work at the same time take
the processor from one another, and on a crowded machine each has it for next to no time.  Where
the kernel says nothing, everybody is taken for one that waits.
"""

from __future__ import annotations

import os

__all__ = ["AtWork"]


class AtWork:
    """Looks at a process now and then, from the moment on at which its id is known."""

    def __init__(self) -> None:
        self._pid: int | None = None

    def begin(self, pid: int) -> None:
        """Look at this process from now on."""
        self._pid = pid

    def look(self) -> bool:
        """Whether a thread of it runs at this moment, or is ready to."""
        return self._pid is not None and b"R" in _states(self._pid)


def _states(pid: int) -> list[bytes]:
    """Of each thread the letter of its state, see proc(5)."""
    states = []
    try:
        for name in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{name}/stat", "rb") as file:
                # The name of the program comes before, in brackets, and may have any in it.
                states.append(file.read().rpartition(b")")[2].split()[0])
    except (OSError, IndexError):
        pass  # it is about to end, or the kernel says nothing
    return states
