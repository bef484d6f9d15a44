"""Every schedule with few preemptions (CHESS, Musuvathi and Qadeer, PLDI 2007).

A preemption takes a thread off although it could run on; switches at operations that wait are free.
Most bugs need one or two. Schedules are enumerated with 0 preemptions, then with 1, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.strategies.dfs import DepthFirst


class PreemptionBound(DepthFirst):
    """Brute force within a bound on preemptions. Exhausts the bound, not the program."""

    name = "preemptions"
    exhaustive = False

    def __init__(self, bound: int = 2) -> None:
        super().__init__()
        self.bound = bound
        self.used = 0
        self.level = 0

    def begin(self, kernel: Kernel) -> bool:
        while not super().begin(kernel):
            if self.level == self.bound:
                return False
            # Schedules of the lower levels come by again; they are few beside those of this one.
            self.level += 1
            self.digits.clear()
            self.started = False
        self.used = 0
        return True

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        if not running.guard:
            return self._next(len(alternatives))
        if self.used >= self.level:
            return 0
        choice = self._next(len(alternatives))
        if choice:
            self.used += 1
        return choice
