"""One execution under control: fibers, the step, virtual time, and how an execution can end.

Every thread of the program under test is a *fiber*, a greenlet; all of them share one OS thread, so
exactly one runs at any time and it runs until it says so. It says so in front of each operation
(see `operations`): it leaves a description of the operation in its fiber and calls `Kernel.point`.
The kernel lists what can happen next, the *alternatives*, has the strategy choose one, and switches
to the fiber chosen, directly, without a way round through a central loop. The list of the choices
made is the *schedule*: with it the execution can be had again.

Alternative 0 is always the default: stay with the running thread, or else the first in order of
thread identity. A point with a single alternative is no choice and leaves no trace in the schedule.

A thread's identity is its spawn path: the main thread is ``()``, the second thread started by it is
``(1,)``, the first one started by that is ``(1, 0)``. It does not depend on the schedule.

Virtual time moves when nothing else can: when no fiber can run, and those that only poll have gone
on in vain, the clock jumps to the earliest deadline. Beyond that, up to ``Bounds.early_timeouts``
timed waits of an execution may end before anything else happens, as they would on a slow machine;
the clock of that thread, and only of that thread, is then ahead.

Polling needs no annotation: see `polling`.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from signal import SIGINT
from typing import Any, NoReturn

from greenlet import getcurrent, greenlet

from taskqueue_harness import operations as ops
from taskqueue_harness import telling
from taskqueue_harness.ending import Teardown, outcome_of, tear_down
from taskqueue_harness.fiber import Alternative, Chooser, Deviation, Fiber, Observer
from taskqueue_harness.outcome import Bounds, Outcome, Step, Tid, Verdict
from taskqueue_harness.places import standing
from taskqueue_harness.polling import Pollers
from taskqueue_harness.stagnation import Stagnation
from taskqueue_harness.turns import Turns


class _Running(threading.local):
    kernel: Kernel | None = None


RUNNING = _Running()
"""The kernel whose execution the OS thread runs, if any."""


class Diverged(Exception):
    """A schedule asks for an alternative that does not exist here."""


def _raise_keyboard_interrupt(number: int) -> None:
    raise KeyboardInterrupt


class Kernel:
    """Runs executions, one after the other, in the OS thread it was made in."""

    # How often a fiber may catch Teardown and go on before it is left where it is.
    STUBBORN = 200

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.strategy: Chooser
        self.outside = Fiber(self, (-1,), 1)
        self.current = self.outside
        self.active = False
        self.recording = False
        self.watching = False
        self.asking = False
        self.graveyard: list[Any] = []
        self.executions = 0
        self.live: list[Fiber] = []
        # Of the variables of the execution under way, where accesses to them are operations.
        self.locations: Any = None
        self.stamp: Any = None
        self.observer: Observer | None = None
        self.on_interrupt: Callable[[], object] | None = None
        # Of a signal in the main thread; to return is to go on.
        self.handle: Callable[[int], object] = _raise_keyboard_interrupt
        self.point: Callable[[], None] = self._point_outside
        self._reset()

    def _reset(self) -> None:
        self.live = []
        self.choices: list[int] = []
        self.steps = 0
        self.limit = self.bounds.steps // 2
        self.fair = False
        self.turns = Turns((), 0.0, 0)
        self.clock = 0.0
        self.timed = 0
        self.timeouts_left = self.bounds.early_timeouts
        self.faults_left = self.bounds.faults
        self.interruptible = self.bounds.interrupts and self.bounds.faults > 0
        self.special = self.interruptible
        # As long as there have been no more threads than these, no interrupt comes.
        self.calm = 1
        self.pollers = Pollers(self.bounds.polls)
        self.fiber_count = 0
        # Threads that nobody has joined. As long as there are any, alive or not, what the running
        # thread does to shared variables can be in another order with what they did.
        self.loose = 0
        self.waited_for = 0
        self.quiet: list[Any] = [True]
        self.outcome: Outcome | None = None
        self.failure: tuple[str, BaseException, str, Tid] | None = None
        self.tearing = False
        self.stamp = None
        self.stagnation = Stagnation()
        self.changes = 0
        # Those that only the reader of the clock can tell.
        self.clock_reads = 0
        self.trace: list[Step] = []
        self.names: dict[Tid, str] = {}
        self.value: Any = None
        self.at_exit: list[Callable[[], object]] = []
        self.at_end: list[Callable[[], object]] = []

    # -- an execution, from outside

    def run(self, program: Callable[[], Any], strategy: Chooser) -> Outcome:
        """Run `program` as the main thread of a new execution and say how it ended."""
        self._reset()
        self.executions += 1
        self.strategy = strategy
        self.asking = strategy.watches
        self.watching = strategy.watches or self.recording or self.observer is not None
        self.hub: Any = getcurrent()
        main = self._fiber((), 1)
        main.started = True
        main.run = self._main(main, program)
        main.switch = greenlet(main.run).switch
        self.main = main
        self.current = main
        self.active = True
        self.point = self._point
        RUNNING.kernel = self
        try:
            main.switch()
            outcome = self.outcome
            assert outcome is not None
        finally:
            RUNNING.kernel = None
            self.point = self.point_torn
            tear_down(self)
            self.active = False
            self.point = self._point_outside
            self.current = self.outside
            # greenlet frees the main greenlet of an ended OS thread on the ground of a reference
            # count that a collection of this kernel, running meanwhile, makes wrong: it crashes.
            self.hub = None
        outcome.trace = self.trace
        outcome.names = self.names
        self.live = []
        return outcome

    def point_torn(self) -> None:
        """An operation by what an ended execution has left behind: it is to give up."""
        fiber = self.current
        fiber.steps += 1
        if fiber.steps > self.STUBBORN:
            self.hub.switch()
        raise Teardown

    def _point_outside(self) -> None:
        """An operation by code that runs while no execution does: a finalizer, a leftover."""
        if not self.outside.guard:
            raise RuntimeError(
                f"{self.outside.op.name} would wait for ever: no execution is running"
            )

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No operation within is one: for setting up what executions share."""
        before = self.point, self.current, self.stamp, self.active
        self.point, self.current, self.stamp = self._point_outside, self.outside, None
        self.active = False
        try:
            yield
        finally:
            self.point, self.current, self.stamp, self.active = before

    # -- fibers

    def _fiber(self, tid: Tid, ident: int) -> Fiber:
        fiber = Fiber(self, tid, ident)
        fiber.index = self.fiber_count
        self.fiber_count += 1
        live = self.live
        live.append(fiber)
        if len(live) > 2 and live[-2].tid > tid:
            live.sort(key=_by_tid)
        return fiber

    def spawn(
        self, function: Callable[..., Any], args: Any, kwargs: Any, *, daemon: bool, wait: bool
    ) -> Fiber:
        """Make a fiber that will call `function`. With `wait` the program ends no earlier."""
        parent = self.current
        number = parent.children
        parent.children = number + 1
        fiber = self._fiber((*parent.tid, number), parent.ident * 1024 + number + 1)
        fiber.daemon = daemon
        fiber.edge = self.stamp
        self.loose += 1
        if wait:
            self.waited_for += 1
            self.quiet.clear()
            fiber.handle = True

        def run(*_: object) -> None:
            try:
                function(*args, **kwargs)
            except Teardown:
                return
            except SystemExit:
                pass
            except BaseException as error:
                self.escaped(error, fiber)
            self._exit(fiber)

        fiber.run = run
        fiber.switch = greenlet(run, self.hub).switch
        return fiber

    def _main(self, main: Fiber, program: Callable[[], Any]) -> Callable[..., None]:
        def run(*_: object) -> None:
            try:
                try:
                    self.value = program()
                except Teardown:
                    raise
                except BaseException as error:
                    self.escaped(error, main)
                self._call_back(self.at_exit)
                self.interruptible = False
                if self.loose:
                    self._leave(ops.MAIN_EXIT, main.subject, True)
                main.done.append(self.stamp)
                self._leave(ops.SHUTDOWN, main, self.quiet)
                self._call_back(self.at_end)
                self._finish("done")
            except Teardown:
                pass

        return run

    def _leave(self, op: ops.Op, subject: Any, guard: Any) -> None:
        """An operation of the main thread after its program.  A signal may end that as well."""
        main = self.main
        main.op, main.obj, main.guard = op, subject, guard
        try:
            self.point()
        except Teardown:
            raise
        except BaseException as error:
            self.escaped(error, main)

    def _call_back(self, functions: list[Callable[[], object]]) -> None:
        while functions:
            try:
                functions.pop()()
            except Teardown:
                raise
            except BaseException as error:
                self.escaped(error, self.main)

    def escaped(self, error: BaseException, fiber: Fiber | None = None) -> None:
        """An exception left a thread. The first one is the failure; the execution goes on."""
        if self.tearing:
            return
        if self.failure is None:
            fiber = fiber or self.current
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            try:
                shown = f"{type(error).__name__}: {error}"
            except Exception:
                shown = type(error).__name__
            self.failure = (shown, error, text, fiber.tid)

    def _exit(self, fiber: Fiber) -> None:
        """The last operation of a thread other than the main one."""
        if self.tearing:
            return
        fiber.op = ops.EXIT
        fiber.obj = fiber.subject
        fiber.guard = True
        try:
            self.point()
        except Teardown:
            return
        fiber.done.append(self.stamp)
        for one in fiber.locals:
            one.forget(fiber)
        self.live.remove(fiber)
        if fiber.handle:
            self.waited_for -= 1
            if not self.waited_for:
                self.quiet.append(self.stamp)
        if fiber.thread is not None:
            fiber.thread._virtual_exit()
        fiber.guard = False
        following = self._next(fiber)
        glet = getcurrent()
        # Whoever keeps the ended thread keeps no greenlet by it: see the end of `run`. The thread
        # itself stays until the execution is over, whether a strategy keeps what it saw or not:
        # what is freed earlier in one execution than in another makes them differ.
        fiber.switch = fiber.run = None
        if following is None:
            glet.parent = self.hub
        else:
            self.current = following
            following.started = True
            glet.parent = following.switch.__self__

    # -- the step

    def _point(self) -> None:
        """Let the running fiber stop before its pending operation, and come back to run it."""
        running = self.current
        running.steps += 1
        op = running.op
        if running.deadline is not None:
            self.timed += 1
        elif op.observes:
            self.pollers.note(running)
        elif running.seen:
            self.pollers.leave(running)
        if self.fair:
            self.turns.note(running, self.steps)
        following = self._next(running)
        if following is running:
            if running.signal:
                self._signalled(running)
            return
        if following is None:
            self.hub.switch()
        else:
            self.current = following
            following.started = True
            following.switch()
        if self.tearing:
            raise Teardown
        if running.signal:
            self._signalled(running)

    def _next(self, running: Fiber) -> Fiber | None:
        """Decide which fiber runs its operation now; None if the execution has ended."""
        self.steps += 1
        alternatives: list[Alternative]
        pollers = self.pollers
        if self.fair and self.timed and self.turns.time_passes(self):
            self._pass_time()
        while True:
            alternatives = [fiber for fiber in self.live if fiber.guard]
            if alternatives:
                if pollers.yielding:
                    alternatives = pollers.give_way(alternatives)
                if running.guard and alternatives[0] is not running and running in alternatives:
                    alternatives.remove(running)
                    alternatives.insert(0, running)
                if self.special or (self.timed and self.timeouts_left):
                    self._deviations(alternatives)
                break
            if self.special or (self.timed and self.timeouts_left):
                self._idle_deviations(alternatives)
                if alternatives:
                    break
            if not self._idle():
                return None
        if self.steps >= self.limit and not self._over_limit():
            return None
        count = len(alternatives)
        if self.fair:
            # Not for the strategy to choose or to watch, and no part of a schedule: what is done in
            # turn from here on follows from what was done before.
            choice = self.turns.choose(alternatives, self.steps)
        elif count == 1:
            choice = 0
            if self.asking:
                # A reduction may hold even the only alternative to be explored already.
                choice = self.strategy.choose(alternatives, running)
        else:
            choice = self.strategy.choose(alternatives, running)
            self.choices.append(choice)
        if choice < 0:
            self._finish("redundant")
            return None
        chosen = alternatives[choice]
        if self.watching:
            if self.recording:
                self.trace.append(telling.step(self, chosen, count))
            if not self.fair:
                self.strategy.watch(chosen)
            if self.observer is not None:
                self.observer.watch(chosen)
        if type(chosen) is Deviation:
            if chosen.kind == "clock":
                return self._next(running) if self._idle() else None
            following = chosen.fiber
            self._deviate(chosen)
        else:
            following = chosen  # type: ignore[assignment]
        if pollers.aside or pollers.yielding:
            pollers.told_of(following)
        if not following.op.observes:
            self.changes += 1
        if following.deadline is not None:
            following.deadline = None
            self.timed -= 1
        return following

    def _deviations(self, alternatives: list[Alternative]) -> None:
        if self.timed and self.timeouts_left:
            for fiber in self.live:
                if fiber.deadline is not None and not fiber.guard:
                    alternatives.append(Deviation(fiber, "timeout"))
        if self.interruptible and self.faults_left and self.fiber_count > self.calm:
            alternatives.append(Deviation(self.main, "interrupt"))

    def _idle_deviations(self, alternatives: list[Alternative]) -> None:
        """Nothing can run, but something can happen before the clock moves."""
        self._deviations(alternatives)
        if alternatives:
            alternatives.insert(0, Deviation(self.main, "clock"))

    def _deviate(self, deviation: Deviation) -> None:
        fiber = deviation.fiber
        if deviation.kind == "timeout":
            self.timeouts_left -= 1
            assert fiber.deadline is not None
            fiber.now = max(fiber.now, fiber.deadline)
            fiber.expired = True
        else:
            self.faults_left -= 1
            self._send(SIGINT)
            return
        self.pollers.interrupt(fiber)

    def interrupt(self, number: int) -> None:
        """Have the main thread handle a signal before it does anything else.

        Raises:
            BaseException: the main thread itself has called this, and the handler raised it.
        """
        if self.current is self.main:
            self.handle(number)
        else:
            self._send(number)
            self.main.guard = True

    def _send(self, number: int) -> None:
        main = self.main
        self.pollers.interrupt(main)
        if not main.signal:
            main.waits_on = main.guard, main.deadline
        main.signal = number

    def _signalled(self, main: Fiber) -> None:
        """A signal instead of what the main thread waits for: handle it, then wait on.

        Real waits go on as well when a handler returns (PEP 475).
        """
        number, main.signal = main.signal, 0
        guard, deadline = main.waits_on
        if main.leaving:
            main.owed = number
        else:
            pending = main.op, main.obj, main.where
            self._handle(number)
            main.op, main.obj, main.where = pending
        main.guard, main.deadline = guard, deadline
        self.point()

    def handle_owed(self) -> None:
        """The main thread is out of the lock, and handles the signal that came on the way."""
        number, self.main.owed = self.main.owed, 0
        self._handle(number)

    def _handle(self, number: int) -> None:
        if self.on_interrupt is not None:
            self.on_interrupt()
        self.handle(number)

    # -- time, and the end

    def _idle(self) -> bool:
        """Nothing can run: let pollers go on, move the clock, or end. False if it has ended."""
        if self.watching:
            if not self.fair:
                self.strategy.barrier(self)
            if self.observer is not None:
                self.observer.barrier(self)
        stagnant = self.stagnation.look(self)
        if stagnant:
            for_good = any(
                not fiber.guard and fiber.deadline is None and fiber not in self.pollers.aside
                for fiber in self.live
            )
            self._finish("stuck" if for_good else "livelock", stagnant)
            return False
        progress = self.pollers.go_on()
        changes = self.changes - self.clock_reads
        if progress and self.pollers.let_go != changes:
            # Time passes only if that is of no avail: what polls may yet do what others wait for.
            self.pollers.let_go = changes
            return True
        if self.timed:
            self._pass_time()
            return True
        if progress:
            return True
        self._finish("deadlock")
        return False

    def _pass_time(self) -> None:
        """Move the clock to where the next thread wakes up."""
        earliest = min(f.deadline for f in self.live if f.deadline is not None)
        self.clock = max(self.clock, earliest)
        for fiber in self.live:
            if fiber.deadline is not None and fiber.deadline <= self.clock:
                fiber.expired = True
                fiber.deadline = None
                self.timed -= 1
                fiber.guard = True
                self.pollers.leave(fiber)

    def _over_limit(self) -> bool:
        if not self.fair:
            self.fair = True
            self.limit = self.bounds.steps
            self.turns = Turns(self.live, self.clock, self.steps)
            return True
        taken = self.bounds.steps // 2
        self._finish(
            "unfinished" if self.turns.may_yet_end(self.live, self.clock, taken) else "livelock",
            f"still running after {self.steps} operations, the last "
            f"{taken} of them fairly scheduled",
        )
        return False

    def _finish(self, verdict: Verdict, message: str = "") -> None:
        if self.asking:
            self.strategy.conclude(self)
        self.outcome = outcome_of(self, verdict, message)

    def give_up(self, why: str) -> NoReturn:
        """End the execution as *uncontrolled*: what its running thread is about to do cannot be.

        Args:
            why: a clause about the program; where its thread stands is added.
        """
        if self.tearing:
            self.point_torn()
        frame = sys._getframe(1)
        self._finish("uncontrolled", f"{why}{standing(frame)}")
        assert self.outcome is not None
        self.outcome.traceback = "".join(traceback.format_stack(frame))
        self.hub.switch()
        raise Teardown

    # -- what primitives and programs ask for

    def draw(self, count: int) -> int:
        """A number below `count`, 0 by default, at the strategy's choice: for injected faults."""
        fiber = self.current
        fiber.draws += 1
        if not self.faults_left or not self.active or self.tearing or self.fair:
            return 0
        choice = self.strategy.draw(count, fiber)
        self.choices.append(choice)
        if choice:
            self.faults_left -= 1
        return choice

    @property
    def heartbeat(self) -> tuple[int, int]:
        """Differs from one look to the next as long as anything happens."""
        return self.executions, self.steps

    def moment(self) -> Any:
        """Where the running thread stands: a `clocks.Moment`, or None if nobody can tell."""
        keeper: Any = self.strategy if self.observer is None else self.observer
        if self.fair and keeper is self.strategy:
            return None  # it was not shown what ran in turn
        moment = getattr(keeper, "moment", None)
        return None if moment is None else moment(self.current)

    def changed(self, fiber: Fiber) -> None:
        """The operation of `fiber` did change something, although its kind need not."""
        self.changes += 1
        if fiber.seen:
            self.pollers.leave(fiber)

    def read_clock(self) -> float:
        """`time`, as the program asks for it: what it does next can depend on the answer."""
        self.changes += 1
        self.clock_reads += 1
        return self.time()

    def time(self) -> float:
        """Seconds since the start of the execution, as the running thread sees them."""
        now = self.current.now
        return now if now > self.clock else self.clock

    # -- the sink of rewritten memory accesses

    def access(self, location: Any, is_write: bool, site: int) -> None:
        """The running thread is about to read or write a shared variable."""
        if self.loose:
            fiber = self.current
            fiber.op = ops.MEMORY_WRITE if is_write else ops.MEMORY_READ
            fiber.obj = location
            fiber.where = site
            fiber.guard = True
            self.point()

    def access_all(self, accesses: Sequence[tuple[Any, bool]], site: int) -> None:
        """The running thread is about to access several shared variables in one step."""
        if self.loose:
            fiber = self.current
            fiber.op = ops.MEMORY_READS
            for _, write in accesses:
                if write:
                    fiber.op = ops.MEMORY_MANY
                    break
            fiber.obj = accesses
            fiber.where = site
            fiber.guard = True
            self.point()


def _by_tid(fiber: Fiber) -> Tid:
    return fiber.tid
