"""Taking turns: how an execution that has gone on for long is told from a livelock.

In the second half of the operations that an execution may take, its threads are scheduled with
strong fairness, in place of the strategy, and time passes, however busy they are. What has not
ended after that is a livelock, unless a thread that is much slower than the others may yet end it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from taskqueue_harness.fiber import Alternative, Fiber
from taskqueue_harness.operations import MemoryManyOp, MemoryOp

if TYPE_CHECKING:
    from taskqueue_harness.kernel import Kernel

SLOW = 10
"""A thread is much slower than the others if it takes less than the SLOWth part of its share."""

ROUNDS = SLOW // 2
"""After so many operations for each thread in which nobody does anything new a clock that stands
still moves, to where the next one wakes up."""


class Turns:
    """From here on the threads take turns.

    Args:
        live: the threads there are.
        clock: the virtual time, in seconds.
        step: the number of the operation that is next.
    """

    __slots__ = ("_before", "_clock", "_done", "_moves", "_news", "_ran", "_since")

    def __init__(self, live: Iterable[Fiber], clock: float, step: int) -> None:
        self._since = self._clock = clock
        self._news = step
        self._moves = 0
        # What each thread has done since the clock moved, by the place in its code.
        self._done: set[Any] = set()
        # Operations of each thread up to now.
        self._before = {one: one.steps for one in live}
        # For each thread when it last ran.
        self._ran: dict[Alternative, int] = {}

    def note(self, fiber: Fiber, step: int) -> None:
        """Note what a thread is about to do, and whether that is something new."""
        op = fiber.op
        place: Any = fiber.where
        if not isinstance(op, (MemoryOp, MemoryManyOp)):
            # Three frames up, past the step and the primitive, stands the code that uses it.
            frame = sys._getframe(3)
            place = frame.f_code, frame.f_lasti
        what = fiber, op, place
        if what not in self._done:
            self._done.add(what)
            self._news = step

    def time_passes(self, kernel: Kernel) -> bool:
        """Whether the clock is to move now, all threads being busy with what they did before.

        Who does something new is on its way, and shall not find that seconds have gone by. Nor
        shall those who are awake for moments, where the clock moves by itself.
        """
        if kernel.clock != self._clock:
            self._clock, self._news = kernel.clock, kernel.steps
            self._done.clear()
        if kernel.steps - self._news < len(kernel.live) * ROUNDS:
            return False
        self._moves += 1
        return True

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
        if self._moves:
            # What was done before each of the moves, to see that it is nothing new, is no measure.
            taken = min(taken, self._moves * ROUNDS * len(live))
        before, many = self._before, SLOW * len(live)
        return any(one not in live for one in before) or any(
            (one.guard or one.deadline is not None)
            and (one.steps - before.get(one, 0)) * many < taken
            for one in live
        )
