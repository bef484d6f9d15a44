"""How long the threads of this process were ready to run and got no processor (Linux).

On a crowded machine a process may be given a twenty-fifth of a processor. From outside it looks
like one that waits; but its threads stand in the run queue, and time in there is not of their
choosing.

The source is ``/proc/self/task/*/schedstat``: for each thread the nanoseconds that it ran, the
nanoseconds that it stood in the run queue, and how often it was given a processor. Where that
cannot be read the answer is that nobody was kept waiting.
"""

from __future__ import annotations

from math import inf
from os import O_RDONLY, close, listdir, read
from os import open as _open
from time import monotonic as _monotonic

__all__ = ["RunQueue", "stood_in_all"]

TOO_LONG = 0.5
"""Seconds after which a look is given up. Between two files it has to wait for its turn like
everybody else, and where next to nobody is at work that takes no time, unless turns are rare."""


class RunQueue:
    """Looks at the threads of this process, now and then.

    Args:
        but: the operating system's ids of threads that are left out.
    """

    def __init__(self, but: frozenset[int]) -> None:
        self._but = frozenset(map(str, but))
        self._stood: dict[str, int] | None = {}
        """By thread, the nanoseconds in the run queue up to the look before; None if that look
        was given up."""

    def look(self) -> float:
        """Seconds in the run queue since the look before, of the thread that stood there longest.

        Of all, it is a lower bound of the time in which somebody could have gone on and was not
        let. A sum would count the many that poll, each of them for moments, as if one had waited
        all the time. Infinite if it takes too long to find out.
        """
        before, self._stood = self._stood, _stood_by_all(self._but)
        stood = self._stood
        if before is None or stood is None:
            return inf
        # One that was not there before has stood there since for all its life; and an id that is
        # given to another thread has a smaller number than before.
        since = [count - before.get(name, 0) for name, count in stood.items()]
        return max([0, *since]) / 1e9


def stood_in_all(but: frozenset[int]) -> float:
    """Seconds in the run queue up to now, of all threads that are left, one after another.

    An upper bound where several stood there at a time, as they do where each has its turn with the
    interpreter. Infinite if it takes too long to find out.
    """
    stood = _stood_by_all(frozenset(map(str, but)))
    return inf if stood is None else sum(stood.values()) / 1e9


def _stood_by_all(but: frozenset[str]) -> dict[str, int] | None:
    """By thread, the nanoseconds in the run queue up to now; None if it takes too long."""
    give_up = _monotonic() + TOO_LONG
    stood: dict[str, int] = {}
    try:
        for name in listdir("/proc/self/task"):
            if name not in but:
                stood[name] = _stood(name)
            if _monotonic() > give_up:
                return None
    except OSError:
        pass
    return stood


def _stood(name: str) -> int:
    """Nanoseconds that a thread stood in the run queue; 0 if it has ended."""
    try:
        file = _open(f"/proc/self/task/{name}/schedstat", O_RDONLY)
    except OSError:
        return 0
    try:
        words = read(file, 256).split()
    except OSError:
        return 0
    finally:
        close(file)
    return int(words[1]) if len(words) == 3 else 0
