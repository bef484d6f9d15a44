"""Whether any thread of this process can ever go on, by what the kernel says of each (Linux).

A thread that waits for a lock of this process, without a time limit, goes on only when another
thread of this process lets it. Where all of them wait like that at the same time, for good or ill,
nothing will happen any more; one need not wait to see it. Whatever else a thread waits for (a
pipe, a socket, a time, a lock that is shared with another process) may come from elsewhere, and
this module says nothing.

The source is ``/proc/self/task/*/syscall`` (proc(5)): the system call that a thread is blocked in,
and its arguments. Where that cannot be read there is no answer, and a hang takes longer to tell.
"""

from __future__ import annotations

import os
import platform
import signal
from os import O_RDONLY, close, listdir, read
from os import open as _open
from typing import Any

__all__ = ["Standstill"]

# Foreign code may replace these, so they are held on to.
_getitimer = signal.getitimer
_waitid: Any = getattr(os, "waitid", None)  # not everywhere
_ITIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)

_FUTEX = {"x86_64": 202, "aarch64": 98}.get(platform.machine())
"""Number of the system call."""

_PRIVATE = 128
_WAITS = (0, 9)
"""FUTEX_WAIT and FUTEX_WAIT_BITSET; see futex(2)."""

_LOOKS = 3
"""Looks in a row that must agree, one more than would do (see `Standstill.look`)."""

_Look = frozenset[tuple[str, bytes, bytes]]
"""Of each thread its id, what it waits for, and how often it has given up the processor."""


class Standstill:
    """Looks at the threads of this process, again and again.

    Args:
        but: the operating system's ids of threads that are left out, as they wake nobody.
    """

    def __init__(self, but: frozenset[int]) -> None:
        self._but = frozenset(map(str, but))
        self._last: _Look | None = None
        self._agreed = 0

    def look(self) -> bool:
        """Whether this look and those just before it show that nothing can happen any more.

        Each look goes from thread to thread, so that a single one proves nothing. But a thread
        that is blocked in two looks and has not given up the processor between them was blocked
        all the time, and the time between two looks is common to all threads.
        """
        found = self._threads()
        self._agreed = self._agreed + 1 if found is not None and found == self._last else 1
        self._last = found
        return found is not None and self._agreed >= _LOOKS

    def _threads(self) -> _Look | None:
        """All threads, each blocked for good if no other helps it; None if any is not."""
        if _FUTEX is None or _waitid is None:
            return None
        try:
            if _signals_may_come():
                return None
            threads = []
            for name in listdir("/proc/self/task"):
                if name not in self._but:
                    waits = _contents(f"task/{name}/syscall")
                    if not _for_a_thread(waits):
                        return None
                    threads.append((name, waits, _turns(name)))
            return frozenset(threads)
        except (OSError, ValueError):
            return None


def _signals_may_come() -> bool:
    """Whether a signal is on its way: a timer runs, or there is a child that will end."""
    if any(_getitimer(which)[0] for which in _ITIMERS) or _contents("timers"):
        return True
    try:
        _waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _for_a_thread(waits: bytes) -> bool:
    """Whether this system call ends only if another thread of the process ends it."""
    words = waits.split()
    if len(words) < 5 or words[0] != str(_FUTEX).encode():
        return False
    operation, time_limit = int(words[2], 16), int(words[4], 16)
    return bool(operation & _PRIVATE) and operation & 127 in _WAITS and time_limit == 0


def _turns(name: str) -> bytes:
    """How often the thread has given up the processor, of its own accord or not."""
    _, counts = _contents(f"task/{name}/status").split(b"\nvoluntary_ctxt_switches:")
    return counts


def _contents(name: str) -> bytes:
    file = _open(f"/proc/self/{name}", O_RDONLY)
    try:
        parts = []
        while part := read(file, 65536):
            parts.append(part)
        return b"".join(parts)
    finally:
        close(file)
