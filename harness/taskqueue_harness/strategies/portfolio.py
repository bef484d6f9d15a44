"""Several strategies by turns: what one is blind to, another sees.

A random walk misses what needs one long preemption; change points miss what needs many short ones.
Each execution belongs to one strategy; all see how each of theirs ended.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome
from taskqueue_harness.strategies.base import Strategy
from taskqueue_harness.strategies.pct import PCT, SitePCT
from taskqueue_harness.strategies.pos import POS
from taskqueue_harness.strategies.walk import RandomWalk


class Portfolio(Strategy):
    """Takes its strategies by turns, an execution each."""

    name = "portfolio"

    def __init__(self, seed: int = 0, strategies: Sequence[Strategy] | None = None) -> None:
        self.seed = seed
        self.strategies = strategies or (
            RandomWalk(seed),
            SitePCT(seed),
            POS(seed),
            PCT(seed),
        )
        self.number = -1
        self.current = self.strategies[0]

    def begin(self, kernel: Kernel) -> bool:
        self.number += 1
        self.current = self.strategies[self.number % len(self.strategies)]
        # The kernel asks the one whose turn it is, without a detour.
        self.choose = self.current.choose  # type: ignore[method-assign]
        self.draw = self.current.draw  # type: ignore[method-assign]
        return self.current.begin(kernel)

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        return self.current.choose(alternatives, running)

    def draw(self, count: int, fiber: Fiber) -> int:
        return self.current.draw(count, fiber)

    def end(self, outcome: Outcome) -> None:
        self.current.end(outcome)
