"""Partial-order sampling (Yuan, Yang, Gu, CAV 2018).

Each pending operation has a random priority; the highest runs. After it has run, it and the pending
operations that depend on it draw new ones. Orders of independent operations then do not take up
probability. It needs neither the number of steps nor a depth.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.operations import dependent
from taskqueue_harness.outcome import Tid
from taskqueue_harness.strategies.base import Sampler


class POS(Sampler):
    """Random priorities per operation, redrawn where operations depend on each other."""

    name = "pos"

    def begin(self, kernel: Kernel) -> bool:
        self.priority: dict[Tid, float] = {}
        return True

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        count = len(alternatives)
        if type(alternatives[-1]) is Deviation:
            count, deviation = self.deviate(alternatives)
            if deviation >= 0:
                return deviation
            if count == 1:
                return 0
        priority = self.priority
        best, highest = 0, -1.0
        for index in range(count):
            tid = alternatives[index].tid  # type: ignore[union-attr]
            value = priority.get(tid)
            if value is None:
                value = priority[tid] = self.random.random()
            if value > highest:
                best, highest = index, value
        chosen: Fiber = alternatives[best]  # type: ignore[assignment]
        del priority[chosen.tid]
        accesses = chosen.op.accesses(chosen)
        if accesses:
            for index in range(count):
                other: Fiber = alternatives[index]  # type: ignore[assignment]
                if other is not chosen and dependent(other.op.accesses(other), accesses):
                    del priority[other.tid]
        return best
