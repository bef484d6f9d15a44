"""Exploring a program: executing it under one schedule after another until something is settled.

A program is a function without arguments. What it starts, waits for and shares is under control as
far as it comes from modules in *scope*: the program's own module, those named by `scope`, and what
they import from their own packages.

An exploration runs in an OS thread of its own. The calling thread watches it: an operation that
blocks outside the engine's control would block all threads of the program, so if nothing happens
for `stall` seconds the exploration ends as *uncontrolled*, with the stack of where it hangs. So it
does if as much time is waited in short pieces, and little else is done: see `idleness`.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable

from taskqueue_harness.ending import Teardown
from taskqueue_harness.idleness import Idleness
from taskqueue_harness.outcome import Bounds, Outcome
from taskqueue_harness.places import standing
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import decode
from taskqueue_harness.search import Search
from taskqueue_harness.strategies import STRATEGIES, Replay, Strategy
from taskqueue_harness.world import hooks
from taskqueue_harness.world.program import Program, program_name

DEFAULT_EXECUTIONS = 1_000
"""How many executions a strategy that never ends gets, if nothing else is said."""


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
        stall: seconds without an operation after which the program counts as uncontrolled, or
            spent in shorter waits outside the engine's control, with little else between them.
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
    search = Search(
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
    search = Search(program, strategy, result, scope, schedule.rewrite, 1, None, False, 0)
    search.expected = schedule
    _supervise(search, stall)
    return result


class _Explorer(threading.Thread):
    """The OS thread of an exploration."""

    def __init__(self, search: Search) -> None:
        super().__init__(target=search.run, name="exploration", daemon=True)


def _supervise(search: Search, stall: float) -> None:
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
    idleness = Idleness(thread.native_id or 0)
    pause = min(0.2, stall)
    try:
        while not search.finished.wait(pause):
            now = time.monotonic()
            # Where this thread had no turn for long, nor had the other: that is nobody's silence.
            passed = min(now - looked, 2 * pause)
            silent += passed
            looked = now
            kernel = search.kernel
            if kernel is None or not kernel.active:
                idleness.add(passed, passed)
            else:
                idleness.look(passed)
            if kernel is None or not kernel.active or kernel.heartbeat != beat:
                beat = kernel.heartbeat if kernel is not None else (-1, -1)
                silent = 0.0
            elif silent > stall:
                _abandon(search, thread, f"did nothing under control for {stall:g} s", _SILENT)
                return
            elif idleness.seconds > stall + 2 * pause:  # one long wait is told by its silence
                _abandon(search, thread, "waits for real, in short pieces, nearly always", _IDLE)
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


_SILENT = (
    "It waits for something outside the engine's control (a lock taken in C, a socket, a pipe, a "
    "process), or computes without end"
)
_IDLE = (
    "What it waits for is outside the engine's control (a socket, a pipe, a process), and all "
    "other threads of the execution wait with it"
)


def _abandon(search: Search, thread: _Explorer, what: str, why: str) -> None:
    """Report where an exploration hangs, and leave it behind."""
    kernel, result = search.kernel, search.result
    assert kernel is not None
    assert thread.ident is not None
    frame = sys._current_frames().get(thread.ident)
    stack = "".join(traceback.format_stack(frame)) if frame is not None else ""
    running = kernel.current
    outcome = Outcome("uncontrolled", list(kernel.choices), kernel.steps)
    where = standing(frame) if frame is not None else ""
    outcome.message = f"{running} {what}{where}. {why}"
    outcome.traceback = stack
    result.verdict = "uncontrolled"
    result.executions += 1
    result.number = result.executions
    result.outcome = outcome
    result.cut = "uncontrolled"
    _end(search, thread)


def _end(search: Search, thread: _Explorer) -> None:
    """End a loop in Python; a call into C that never returns stays behind."""
    if search.kernel is not None:
        search.kernel.point = search.kernel.point_torn
    hooks.abandon()
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Teardown)
    )
    gc.enable()
