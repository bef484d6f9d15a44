"""The search: one execution after another, counted, repeated to be sure, and concluded."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from taskqueue_harness.exploration import Exploration
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome, Step
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import Schedule
from taskqueue_harness.strategies import Replay, Strategy
from taskqueue_harness.world.program import Program

GRAVES = 100
"""After so many threads that could not be ended the search ends: each costs memory for good."""


class Search:
    """One exploration, as it runs in its own OS thread."""

    progress: Callable[[Result], None] | None = None
    on_execution: Callable[[Outcome], object] | None = None
    expected: Schedule | None = None

    def __init__(
        self,
        program: Program,
        strategy: Strategy,
        result: Result,
        scope: Iterable[str],
        rewrite: bool,
        executions: int | None,
        seconds: float | None,
        keep_going: bool,
        repeats: int,
    ) -> None:
        self.program = program
        self.strategy = strategy
        self.result = result
        self.scope = tuple(scope)
        self.rewrite = rewrite
        self.executions = executions
        self.seconds = seconds
        self.keep_going = keep_going
        self.repeats = repeats
        self.error: BaseException | None = None
        self.kernel: Kernel | None = None
        self.finished = threading.Event()
        self.stopped = False

    def run(self) -> None:
        """The body of the exploring thread."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            exploration = Exploration(
                self.program, bounds=self.result.bounds, scope=self.scope, rewrite=self.rewrite
            )
            self.kernel = exploration.kernel
            self._run(exploration)
        except BaseException as error:
            self.error = error
        finally:
            if collecting:
                gc.enable()
            self.finished.set()

    def _run(self, exploration: Exploration) -> None:
        result, strategy, kernel = self.result, self.strategy, exploration.kernel
        result.schedule = exploration.schedule
        exploration.warm_up()
        start = shown = time.perf_counter()
        deadline = start + self.seconds if self.seconds is not None else None
        while True:
            now = time.perf_counter()
            result.seconds = now - start
            if self.stopped:
                result.cut = "stopped"
                break
            if self.executions is not None and result.executions >= self.executions:
                result.cut = f"limit of {self.executions} executions"
                break
            if deadline is not None and now > deadline:
                result.cut = f"limit of {self.seconds:g} seconds"
                break
            if self.progress is not None and now - shown > 1:
                shown = now
                result.remaining = strategy.remaining()
                self.progress(result)
            if not strategy.begin(kernel):
                result.exhausted = strategy.exhaustive and not strategy.incomplete
                result.cut = strategy.incomplete or (
                    "" if strategy.exhaustive else f"the bound of {strategy.name} was reached"
                )
                break
            if self.expected is not None:
                kernel.recording = True
            outcome = exploration.execute(strategy)
            if not self._count(exploration, outcome):
                break
            if len(kernel.graveyard) >= GRAVES:
                result.cut = f"{GRAVES} threads that could not be ended"
                break
            if result.executions % 64 == 0:
                # Garbage is collected between executions only, lest it move their operations.
                gc.collect(1 if result.executions % 4096 else 2)
        result.seconds = time.perf_counter() - start
        result.remaining = strategy.remaining() if result.cut else None
        self._conclude(exploration)

    def _count(self, exploration: Exploration, outcome: Outcome) -> bool:
        """Take an outcome into the result. False: the search is over."""
        result, strategy = self.result, self.strategy
        result.executions += 1
        result.steps += outcome.steps
        if outcome.cut:
            strategy.incomplete = outcome.cut
        if outcome.verdict == "redundant":
            result.redundant += 1
        else:
            result.unfinished += outcome.verdict == "unfinished"
            result.threads = max(result.threads, outcome.threads)
            result.choices = max(result.choices, outcome.offered)
        if self.expected is None and outcome.verdict == "uncontrolled":
            result.verdict = result.cut = outcome.verdict
            result.number = result.executions
            result.outcome = outcome
            return False
        enough = self.on_execution is not None and bool(self.on_execution(outcome))
        if self.expected is not None:
            self._replayed(exploration, outcome)
            return False
        if strategy.trouble:
            self._diverged(outcome, strategy.trouble)
            return False
        if result.executions <= self.repeats and outcome.says_something:
            difference = self._repeat(exploration, outcome)
            if difference:
                self._diverged(outcome, difference)
                return False
        if outcome.verdict != "done" and outcome.says_something and result.outcome is None:
            self._failed(exploration, outcome)
            if not self.keep_going:
                return False
        if enough:
            result.cut = "enough was seen"
        return not enough

    def _diverged(self, outcome: Outcome, difference: str) -> None:
        self.result.verdict = "diverged"
        self.result.number = self.result.executions
        outcome.message = (
            f"the program does not repeat itself under the same schedule: {difference}. Look for "
            "what depends on anything but the schedule: random numbers, addresses, the order of a "
            "set, the real clock, state kept by modules that are not in scope"
        )
        self.result.outcome = outcome

    def _repeat(self, exploration: Exploration, outcome: Outcome) -> str:
        """Run an execution again, twice, recorded. The first difference, in words."""
        first = exploration.replay(outcome.choices)
        if first.verdict != outcome.verdict:
            return f"it ended as {outcome.verdict}, then as {first.verdict} ({first.message})"
        if first.choices != outcome.choices or first.steps != outcome.steps:
            return f"it took {outcome.steps} steps, then {first.steps}"
        second = exploration.replay(outcome.choices)
        for number, (one, two) in enumerate(zip(first.trace, second.trace, strict=False)):
            if _look(one) != _look(two):
                return f"step {number + 1} was {_tell(one)}, then {_tell(two)}"
        return ""

    def _failed(self, exploration: Exploration, outcome: Outcome) -> None:
        """Keep a failing execution: its token, and what a replay of it shows."""
        result = self.result
        result.verdict = outcome.verdict
        result.number = result.executions
        result.outcome = outcome
        result.token = exploration.schedule(outcome.choices, self.strategy.name).token()
        again = exploration.replay(outcome.choices)
        result.output = exploration.world.capture.text()
        result.reproduced = again.verdict == outcome.verdict and again.message == outcome.message
        outcome.trace = again.trace
        outcome.names = again.names
        if not result.reproduced:
            result.notes.append(
                f"replaying the failure ended differently: {again.verdict} ({again.message})"
            )

    def _replayed(self, exploration: Exploration, outcome: Outcome) -> None:
        result, strategy, expected = self.result, self.strategy, self.expected
        assert isinstance(strategy, Replay)
        assert expected is not None
        result.verdict = outcome.verdict
        result.outcome = outcome
        result.number = 1
        result.output = exploration.world.capture.text()
        here = exploration.schedule(outcome.choices)
        result.token = replace(here, strategy=expected.strategy).token()
        if strategy.diverged:
            result.verdict = outcome.verdict = "diverged"
            outcome.message = strategy.diverged
        if expected.scope != here.scope:
            result.same_source = False
            result.notes.append("the source in scope is not that of the token")
        if expected.python != sys.version_info[1]:
            result.notes.append(f"the token is from Python 3.{expected.python}")

    def _conclude(self, exploration: Exploration) -> None:
        result = self.result
        if result.outcome is not None and not self.keep_going:
            result.exhausted = False
        if result.threads < 2 and result.ok:
            result.notes.append(
                "no controlled thread was started: nothing was explored. Is the module that starts "
                "the threads in scope?"
            )
        elif result.ok and result.judged == 1 and result.exhausted:
            result.notes.append(
                "there is a single interleaving up to the order of independent steps"
            )
        if result.unfinished:
            if result.ok and not result.judged:
                result.verdict = "unfinished"
            result.notes.append(
                f"{result.unfinished} of {result.executions} executions were given up after "
                f"{result.bounds.steps:,} operations, while somebody slept: nothing is known of "
                "their ends. Raise Bounds.steps, or have less time pass"
            )
        result.not_modelled = exploration.world.not_modelled()
        result.notes += result.not_modelled
        if exploration.kernel.graveyard:
            result.notes.append(
                f"{len(exploration.kernel.graveyard)} threads could not be ended: "
                "they catch everything"
            )


def _look(step: Step) -> Any:
    return step.tid, step.operation, step.deviation, step.choices, step.frames[:1]


def _tell(step: Step) -> str:
    where = f" at {step.frames[0][0]}:{step.frames[0][1]}" if step.frames else ""
    return f"{step.operation} of {step.what} by {step.tid} with {step.choices} alternatives{where}"
