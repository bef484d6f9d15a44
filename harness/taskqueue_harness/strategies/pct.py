"""Priorities with change points: few preemptions, each of any length.

PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010) gives every thread a random priority
and always runs the highest; at d-1 points of the execution, drawn in advance, the running thread
falls below all others. A bug that needs d ordering constraints is hit with probability at least
1/(n k^(d-1)) for n threads and k choices.

Two deviations from the paper. The number of points is drawn anew for each execution, uniformly up
to d-1 (as Coyote does): with as many points as choices a run would be almost deterministic. And
only choices among threads count as steps, since nothing else can be changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Tid
from taskqueue_harness.strategies.base import Sampler


class PCT(Sampler):
    """Change points drawn from the steps of the execution."""

    name = "pct"

    def __init__(self, seed: int = 0, depth: int = 3) -> None:
        super().__init__(seed)
        self.depth = depth
        self.longest = 1

    def begin(self, kernel: Kernel) -> bool:
        self.priority: dict[Tid, float] = {}
        self.lowest = 0.0
        self.count = 0
        count = min(self.random.randrange(1, self.depth), self.longest) if self.depth > 1 else 0
        self.points = set(self.random.sample(range(1, self.longest + 1), count))
        return True

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        count = len(alternatives)
        if type(alternatives[-1]) is Deviation:
            count, deviation = self.deviate(alternatives)
            if deviation >= 0:
                return deviation
            if count == 1:
                return 0
        best = self._best(alternatives, count)
        self.count += 1
        if self.count > self.longest:
            self.longest = self.count
        if self.changes(alternatives[best]):
            self.lowest -= 1.0
            self.priority[alternatives[best].tid] = self.lowest  # type: ignore[union-attr]
            best = self._best(alternatives, count)
        return best

    def changes(self, fiber: Alternative) -> bool:
        """Whether the thread that would run now falls below all others instead."""
        return self.count in self.points

    def _best(self, alternatives: Sequence[Alternative], count: int) -> int:
        priority = self.priority
        best, highest = 0, -1e9
        for index in range(count):
            tid = alternatives[index].tid  # type: ignore[union-attr]
            value = priority.get(tid)
            if value is None:
                value = priority[tid] = self.random.random()
            if value > highest:
                best, highest = index, value
        return best


class SitePCT(PCT):
    """Change points drawn from the places of the program instead of the steps of the execution.

    A loop that runs forty times takes forty of PCT's steps but is one place here, so the one
    operation between two reads that matters is hit about as often as any other place of the code,
    however much runs beside it.
    """

    name = "site-pct"

    def __init__(self, seed: int = 0, depth: int = 3) -> None:
        super().__init__(seed, depth)
        self.sites: dict[tuple[object, ...], int] = {}

    def begin(self, kernel: Kernel) -> bool:
        super().begin(kernel)
        self.points = set()
        self.passed: dict[tuple[object, ...], int] = {}
        self.chosen: dict[tuple[object, ...], int] = {}
        if self.sites:
            places = list(self.sites)
            for _ in range(self.random.randrange(1, self.depth)):
                place = self.random.choice(places)
                often = self.sites[place]
                first = often == 1 or self.random.random() < 0.5
                self.chosen[place] = 1 if first else self.random.randint(1, often)
        return True

    def changes(self, fiber: Alternative) -> bool:
        place = (fiber.tid, fiber.op, fiber.where)  # type: ignore[union-attr]
        passed = self.passed[place] = self.passed.get(place, 0) + 1
        if passed > self.sites.get(place, 0):
            self.sites[place] = passed
        return self.chosen.get(place) == passed
