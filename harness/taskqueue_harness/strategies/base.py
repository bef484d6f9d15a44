"""What a strategy is: it chooses, learns how the execution ended, and says when it has seen all.

An exploration asks `begin` before each execution. During it the kernel calls `choose` wherever
there is more than one alternative. To write a strategy, derive from `Strategy` and override
`choose`; nothing else is required.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome


class Strategy:
    """Chooses among alternatives. Alternative 0 is always to let the running thread run on."""

    name = "strategy"
    exhaustive = False
    """Whether running out of executions means that all behaviour was seen."""
    watches = False
    """Whether to hear of every step through `watch`, and be asked even where there is no choice."""

    stamps = False
    """Whether it marks what threads hand over, which only one at a time can do."""

    trouble = ""
    """Why the search cannot go on, if it cannot: the program did not repeat itself."""
    incomplete = ""
    """What an exhaustive strategy had to leave out, if anything."""

    def begin(self, kernel: Kernel) -> bool:
        """Prepare for the next execution. False: there is none left."""
        return True

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        """The index of the alternative to take; -1 abandons an execution known to be redundant."""
        return 0

    def draw(self, count: int, fiber: Fiber) -> int:
        """Which of `count` things happens at a marked point; 0 is that nothing does."""
        return 0

    def watch(self, alternative: Alternative) -> None:
        """The alternative is about to run."""

    def barrier(self, kernel: Kernel) -> None:
        """Nothing can run: the clock is about to move, or pollers to be let go on."""

    def conclude(self, kernel: Kernel) -> None:
        """The execution is about to end; its threads still stand where they are."""

    def end(self, outcome: Outcome) -> None:
        """The execution has ended."""

    def remaining(self) -> float | None:
        """An estimate of how many executions are left; None if there is no such number."""
        return None


class Sampler(Strategy):
    """A strategy that draws from its own generator, so that a seed repeats a whole search."""

    deviation_rate = 0.1
    """How likely a step is a deviation (early timeout, interrupt) where one is possible."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.random = random.Random(seed)

    def draw(self, count: int, fiber: Fiber) -> int:
        return self.random.randrange(count) if self.random.random() < 0.2 else 0

    def deviate(self, alternatives: Sequence[Alternative]) -> tuple[int, int]:
        """How many alternatives are threads, and the index of a deviation to take, or -1."""
        count = len(alternatives)
        if type(alternatives[-1]) is not Deviation:
            return count, -1
        threads = sum(1 for one in alternatives if type(one) is Fiber)
        if not threads:
            # Only the clock and deviations are left.
            return 0, self.random.randrange(count) if self.random.random() < 0.3 else 0
        if self.random.random() < self.deviation_rate:
            return threads, self.random.randrange(threads, count)
        return threads, -1
