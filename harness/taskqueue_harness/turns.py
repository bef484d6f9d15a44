"""Taking turns: how an execution that has gone on for long is told from a livelock.

In the second half of the operations that an execution may take, its threads are scheduled with
strong fairness, in place of the strategy. What has not ended after that is a livelock, unless a
thread that is much slower than the others may yet end it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taskqueue_harness.fiber import Alternative, Fiber

SLOW = 10
"""A thread is much slower than the others if it takes less than the SLOWth part of its share."""


class Turns:
    """From here on the threads take turns.

    Args:
        live: the threads there are.
        clock: the virtual time, in seconds.
    """

    __slots__ = ("_before", "_ran", "_since")

    def __init__(self, live: Iterable[Fiber], clock: float) -> None:
        self._since = clock
        # Operations of each thread up to now.
        self._before = {one: one.steps for one in live}
        # For each thread when it last ran.
        self._ran: dict[Alternative, int] = {}

    def choose(self, alternatives: Sequence[Alternative], step: int) -> int:
        """Which alternative is next: the thread that has not run for the longest.

        That is strong fairness: who waits for a lock that others keep taking gets it the first time
        it is free, where taking turns by number can meet it held each time.
        """
        ran = self._ran
        fibers = sum(1 for one in alternatives if type(one) is Fiber)
        if not fibers:
            return 0
        choice = min(range(fibers), key=lambda number: ran.get(alternatives[number], 0))
        ran[alternatives[choice]] = step
        return choice

    def may_yet_end(self, live: Sequence[Fiber], clock: float, taken: int) -> bool:
        """Whether, after so many operations in turn, there is still hope.

        There is if time passed, and a thread, while the others went round and round, ended or took
        a few steps only: it slept, for much longer than the others do, and will wake, or has woken.
        """
        if clock <= self._since:
            return False
        before, many = self._before, SLOW * len(live)
        return any(one not in live for one in before) or any(
            (one.guard or one.deadline is not None)
            and (one.steps - before.get(one, 0)) * many < taken
            for one in live
        )
