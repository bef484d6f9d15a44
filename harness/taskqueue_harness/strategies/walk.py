"""The uniform random walk: at each choice, every thread that can run is as likely as any other."""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.strategies.base import Sampler


class RandomWalk(Sampler):
    """Good at bugs that many schedules show; bad at those that need one long preemption."""

    name = "random"

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        count = len(alternatives)
        if type(alternatives[-1]) is Deviation:
            count, deviation = self.deviate(alternatives)
            if deviation >= 0:
                return deviation
        return int(self.random.random() * count)
