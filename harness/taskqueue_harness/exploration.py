"""One program, executed again and again: what a search and a replay do is done with this."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from taskqueue_harness.causality import Causality
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Bounds, Outcome
from taskqueue_harness.schedule import Schedule
from taskqueue_harness.strategies import STRATEGIES, Replay, Strategy
from taskqueue_harness.world.loader import World
from taskqueue_harness.world.program import Loaded, Program


class Exploration:
    """Executes one program again and again, in the OS thread that made it."""

    def __init__(
        self,
        program: Program,
        *,
        bounds: Bounds | None = None,
        scope: Iterable[str] = (),
        rewrite: bool = True,
    ) -> None:
        self.bounds = bounds or Bounds()
        self.kernel = Kernel(self.bounds)
        self.rewrite = rewrite
        self.world = World(self.kernel, scope, rewrite=rewrite)
        self.loaded = Loaded(program, self.world)

    def execute(self, strategy: Strategy) -> Outcome:
        """One execution. `strategy` has begun it and is told its end."""
        outcome = self._run(strategy)
        strategy.end(outcome)
        return outcome

    def warm_up(self) -> None:
        """Have the program import what it will, so that no execution is the first to do so."""
        self._run(Strategy())

    def _run(self, strategy: Strategy) -> Outcome:
        driver, kernel = self.loaded.driver, self.kernel
        kernel.observer = None
        if driver is not None and driver.ordered and not strategy.stamps:
            kernel.observer = Causality(kernel)
        # Around all of it: threads that outlive the program's main function are under control, too.
        with self.world.memory():
            outcome = kernel.run(self.loaded.run, strategy)
        if driver is not None and driver.judge is not None and outcome.says_something:
            driver.judge(outcome)
        return outcome

    def replay(self, choices: Iterable[int], *, record: bool = True) -> Outcome:
        """The execution that a list of choices stands for; recorded, or only repeated."""
        strategy = Replay(list(choices))
        strategy.begin(self.kernel)
        self.kernel.recording = record
        try:
            outcome = self.execute(strategy)
        finally:
            self.kernel.recording = False
        if strategy.diverged:
            outcome.verdict = "diverged"
            outcome.message = strategy.diverged
        return outcome

    def schedule(self, choices: Iterable[int], strategy: str = "") -> Schedule:
        """A schedule for this program, to be made a token of."""
        names = list(STRATEGIES)
        return Schedule(
            tuple(choices),
            self.bounds,
            names.index(strategy) if strategy in names else 255,
            sys.version_info[1],
            self.rewrite,
            self.world.sources.digest()[:4],
        )
