"""Exploring a program: executing it under one schedule after another until something is settled.

A program is a function without arguments. What it starts, waits for and shares is under control as
far as it comes from modules in *scope*: the program's own module, those named by `scope`, and what
they import from their own packages if it is about threads.

An exploration runs in an OS thread of its own. The calling thread watches it: an operation that
blocks outside the engine's control would block all threads of the program, so if nothing happens
for `stall` seconds the exploration ends as *uncontrolled*, with the stack of where it hangs.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from taskqueue_harness.causality import Causality
from taskqueue_harness.kernel import Kernel, Teardown
from taskqueue_harness.outcome import Bounds, Outcome, Step
from taskqueue_harness.places import place_of
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import Schedule, decode
from taskqueue_harness.strategies import STRATEGIES, Replay, Strategy
from taskqueue_harness.world import hooks
from taskqueue_harness.world.loader import World
from taskqueue_harness.world.program import Loaded, Program, program_name

DEFAULT_EXECUTIONS = 1_000
"""How many executions a strategy that never ends gets, if nothing else is said."""

GRAVES = 100
"""After so many threads that could not be ended the search ends: each costs memory for good."""


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
            self.world.scope_hash()[:4],
        )


def explore(
    program: Program,
    *,
    strategy: str | Strategy = "portfolio",
    executions: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    bounds: Bounds | None = None,
    scope: Iterable[str] = (),
    rewrite: bool = True,
    keep_going: bool = False,
    stall: float = 5.0,
    repeats: int = 2,
    progress: Callable[[Result], None] | None = None,
    on_execution: Callable[[Outcome], object] | None = None,
) -> Result:
    """Run `program` under many schedules and say what was found.

    Args:
        program: a function without arguments; it fails by raising. See `world.program` for what a
            local function can and cannot close over.
        strategy: a name from `strategies.STRATEGIES` or a strategy of your own. ``dpor`` sees every
            behaviour of a small program; the default samples.
        executions: at most so many; by default no limit for an exhaustive strategy, else 1,000.
        seconds: at most so long.
        seed: repeats a sampled search.
        bounds: how many early timeouts, polls, faults and steps an execution may have.
        scope: further modules to control, by name.
        rewrite: whether accesses to shared variables are operations, beside those of primitives.
        keep_going: do not stop at the first failure.
        stall: seconds without an operation after which the program counts as uncontrolled.
        repeats: how many of the first executions are replayed, to see that they repeat themselves.
        progress: called about once a second, with the result so far, in the exploring thread.
        on_execution: called with every outcome, in the exploring thread; a true answer ends the
            search.

    Raises `Unloadable` if the program cannot be brought under control. What the program raises is
    in the result: `Result.check` turns it into an exception.
    """
    if isinstance(strategy, str):
        if strategy not in STRATEGIES:
            raise ValueError(f"no strategy {strategy!r}; there are {', '.join(STRATEGIES)}")
        chosen = STRATEGIES[strategy](seed)
    else:
        chosen = strategy
    if executions is None and seconds is None and not chosen.exhaustive:
        executions = None if chosen.name == "preemptions" else DEFAULT_EXECUTIONS
    bounds = bounds or Bounds()
    result = Result(program_name(program), chosen.name, seed, bounds)
    search = _Search(
        program, chosen, result, scope, rewrite, executions, seconds, keep_going, repeats
    )
    search.progress = progress
    search.on_execution = on_execution
    _supervise(search, stall)
    return result


def replay(
    program: Program,
    token: str,
    *,
    scope: Iterable[str] = (),
    stall: float = 5.0,
) -> Result:
    """Run `program` once, under the schedule that `token` stands for, and record every step.

    The verdict is ``diverged`` if the program did not follow. Raises `BadToken`.
    """
    schedule = decode(token)
    strategy = Replay(schedule.choices)
    result = Result(program_name(program), "replay", 0, schedule.bounds)
    search = _Search(program, strategy, result, scope, schedule.rewrite, 1, None, False, 0)
    search.expected = schedule
    _supervise(search, stall)
    return result


class _Search:
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


class _Explorer(threading.Thread):
    """The OS thread of an exploration."""

    def __init__(self, search: _Search) -> None:
        super().__init__(target=search.run, name="exploration", daemon=True)


def _supervise(search: _Search, stall: float) -> None:
    """Run a search in its own OS thread; give it up if nothing happens any more."""
    if isinstance(threading.current_thread(), _Explorer):
        raise RuntimeError(
            "an exploration was asked for within an exploration. The modules in scope, the main "
            "script too, are executed afresh for the threads under control: what starts an "
            'exploration belongs under `if __name__ == "__main__":`'
        )
    thread = _Explorer(search)
    thread.start()
    beat, silent, looked = (-1, -1), 0.0, time.monotonic()
    pause = min(0.2, stall)
    try:
        while not search.finished.wait(pause):
            now = time.monotonic()
            # Where this thread had no turn for long, nor had the other: that is nobody's silence.
            silent += min(now - looked, 2 * pause)
            looked = now
            kernel = search.kernel
            if kernel is None or not kernel.active or kernel.heartbeat != beat:
                beat = kernel.heartbeat if kernel is not None else (-1, -1)
                silent = 0.0
            elif silent > stall:
                _abandon(search, thread, stall)
                return
    except BaseException:
        # A thread that goes on while the interpreter ends can bring the process down: it holds
        # the lock of stderr, or is unwound through frames that may not be.
        search.stopped = True
        thread.join(stall)
        if thread.is_alive():
            _end(search, thread)
            thread.join(stall)
        raise
    thread.join()
    if search.error is not None:
        raise search.error


def _abandon(search: _Search, thread: _Explorer, stall: float) -> None:
    """Report where an exploration hangs, and leave it behind."""
    kernel, result = search.kernel, search.result
    assert kernel is not None
    assert thread.ident is not None
    frame = sys._current_frames().get(thread.ident)
    stack = "".join(traceback.format_stack(frame)) if frame is not None else ""
    running = kernel.current
    outcome = Outcome("uncontrolled", list(kernel.choices), kernel.steps)
    where = ""
    if frame is not None:
        place = place_of(
            [
                (one.f_code.co_filename, line, one.f_code.co_name)
                for one, line in traceback.walk_stack(frame)
            ]
        )
        if place is not None:
            where = f", at {place}: {place.source}".rstrip(": ")
    outcome.message = (
        f"{running} did nothing under control for {stall:g} s{where}. It waits for something "
        "outside the engine's control (a lock taken in C, a socket, a pipe, a process), or "
        "computes without end"
    )
    outcome.traceback = stack
    result.verdict = "uncontrolled"
    result.executions += 1
    result.number = result.executions
    result.outcome = outcome
    result.cut = "uncontrolled"
    _end(search, thread)


def _end(search: _Search, thread: _Explorer) -> None:
    """End a loop in Python; a call into C that never returns stays behind."""
    if search.kernel is not None:
        search.kernel.point = search.kernel._point_torn
    hooks.abandon()
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Teardown)
    )
    gc.enable()
