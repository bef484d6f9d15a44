"""Data races of an execution: two accesses, one of them a write, that nothing keeps in order.

Vector clocks after FastTrack (Flanagan and Freund, PLDI 2009): each thread counts its own steps and
knows how far it has heard of every other. What makes one thread hear of another is

* starting it, and seeing that it has ended (`join`, `is_alive`);
* taking what it gave: a lock it released, an item it put, a unit of a semaphore, a notification;
* observing what it changed: `is_set`, `qsize`, a `join` of a queue, an attempt that fails.

Two threads that merely used the same lock or queue one after the other without handing anything
over, two puts say, are not ordered by that. So an unprotected counter is found whichever thread
came first, and properly synchronised code is never accused. Waiting in a loop for a plain variable
to change *is* accused: nothing but the interpreter's own lock keeps that together.

`RaceWatch` is a strategy around another one: ``explore(program, strategy=RaceWatch(walk))`` or a
replay. It reports each pair of places once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome, Tid, name_of
from taskqueue_harness.strategies.base import Strategy
from taskqueue_harness.telling import frames
from taskqueue_harness.world.locations import CONTENTS, Location
from taskqueue_harness.world.marks import NOWHERE, SITES

Clock = dict[int, int]
"""For every thread heard of, the number of its steps heard of."""

Frame = tuple[str, int, str]


@dataclass(frozen=True)
class Side:
    """One of the two accesses of a race; of one that no Python code makes the file is empty."""

    thread: Tid
    is_write: bool
    file: str
    line: int
    function: str
    stack: tuple[Frame, ...]
    """File, line and function, innermost first, without the frames of the engine."""

    def __str__(self) -> str:
        verb = "writes" if self.is_write else "reads"
        lines = [f"thread {name_of(self.thread)} {verb} {self.at(self.file)}"]
        lines[0] += f" in {self.function}" if self.file else ""
        lines += [f"    called from {file}:{line} in {name}" for file, line, name in self.stack[1:]]
        return "\n".join(lines)

    def at(self, file: str) -> str:
        """Where it is, the file by this name."""
        return f"at {file}:{self.line}" if self.file else "in C"


@dataclass(frozen=True)
class Race:
    """Two accesses to one location that no happens-before keeps in order."""

    location: str
    first: Side
    second: Side
    atomic: bool
    """The location is the contents of a built-in container: each access is whole by itself, and
    only what the program concludes from one of them can be out of date at the other."""

    def __str__(self) -> str:
        text = f"race on {self.location}: nothing orders these two accesses\n"
        return text + "\n".join(
            f"  {line}" for side in (self.first, self.second) for line in str(side).splitlines()
        )


class HappensBefore:
    """The clocks of one execution, and the last accesses to every location.

    Threads are small numbers. It knows nothing of the engine: tell it `begin`, `hear`, `tick` and
    `access` in the order in which things happen.
    """

    def __init__(self) -> None:
        self.clocks: dict[int, Clock] = {}
        self._writes: dict[Any, tuple[int, int, Any]] = {}
        self._reads: dict[Any, dict[int, tuple[int, Any]]] = {}

    def clock(self, thread: int) -> Clock:
        clock = self.clocks.get(thread)
        if clock is None:
            clock = self.clocks[thread] = {thread: 1}
        return clock

    def hear(self, thread: int, other: Clock) -> None:
        """From now on `thread` knows what `other` says."""
        clock = self.clock(thread)
        for number, steps in other.items():
            if clock.get(number, 0) < steps:
                clock[number] = steps

    def tell(self, thread: int) -> Clock:
        """What the thread knows now, to be heard by others; what it does next is not in it."""
        clock = self.clock(thread)
        told = dict(clock)
        clock[thread] += 1
        return told

    def access(self, thread: int, location: Any, is_write: bool, what: Any) -> list[Any]:
        """Record an access; returns the `what` of those before it that it races with."""
        clock = self.clock(thread)
        races = []
        last = self._writes.get(location)
        if last is not None and last[0] != thread and clock.get(last[0], 0) < last[1]:
            races.append(last[2])
        reads = self._reads.setdefault(location, {})
        if is_write:
            races += [
                seen
                for number, (step, seen) in reads.items()
                if number != thread and clock.get(number, 0) < step
            ]
            reads.clear()
            self._writes[location] = (thread, clock[thread], what)
        else:
            reads[thread] = (clock[thread], what)
        return races


class _Stamp:
    """Left in a lock or a queue by who gives something, taken out by who takes it."""

    __slots__ = ("clock",)

    def __init__(self) -> None:
        self.clock: Clock = {}


class RaceWatch(Strategy):
    """Follows `inner` and reports the races of every execution in `races`.

    `inner` must not watch steps itself (as DPOR does): both would stamp what threads hand over.
    """

    watches = True
    stamps = True

    def __init__(self, inner: Strategy) -> None:
        if inner.watches:
            raise ValueError(
                f"strategy {inner.name!r} keeps clocks of its own: replay what it finds"
            )
        self.inner = inner
        self.name = inner.name
        self.exhaustive = inner.exhaustive
        self.races: list[Race] = []
        self._seen: set[tuple[str, frozenset[tuple[str, int]]]] = set()
        self._reset()

    def _reset(self) -> None:
        self._order = HappensBefore()
        self._published: dict[int, Clock] = {}
        self._last: tuple[Fiber, _Stamp, ops.Accesses] | None = None
        self._keep: list[object] = []

    # -- what the kernel asks; `inner` answers

    def begin(self, kernel: Kernel) -> bool:
        self._reset()
        self.kernel = kernel
        return self.inner.begin(kernel)

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        return self.inner.choose(alternatives, running) if len(alternatives) > 1 else 0

    def draw(self, count: int, fiber: Fiber) -> int:
        return self.inner.draw(count, fiber)

    def barrier(self, kernel: Kernel) -> None:
        self.inner.barrier(kernel)

    def end(self, outcome: Outcome) -> None:
        self._settle()
        self.inner.end(outcome)

    def remaining(self) -> float | None:
        return self.inner.remaining()

    # -- what happens

    def watch(self, alternative: Alternative) -> None:
        self._settle()
        if type(alternative) is Deviation:
            fiber = alternative.fiber
            if alternative.kind != "timeout":
                return
        else:
            fiber = alternative  # type: ignore[assignment]
        op = fiber.op
        thread = fiber.index
        if op is ops.BEGIN:
            if isinstance(fiber.edge, _Stamp):
                self._order.hear(thread, fiber.edge.clock)
            fiber.edge = None
        elif isinstance(op, ops.MemoryOp):
            self.kernel.stamp = None  # an access hands nothing over
            self._access(fiber, fiber.obj, op.mode == ops.WRITE)
            return
        elif op is ops.MEMORY_MANY:
            self.kernel.stamp = None
            for location, is_write in fiber.obj:
                self._access(fiber, location, is_write)
            return
        fiber.edge = None
        stamp = _Stamp()
        self.kernel.stamp = stamp
        # Addresses are the keys of primitives: keep them from being used again.
        self._keep.append(fiber.obj)
        self._last = (fiber, stamp, op.accesses(fiber))

    def _settle(self) -> None:
        """The last operation has run by now, and has taken what it could."""
        if self._last is None:
            return
        fiber, stamp, accesses = self._last
        self._last = None
        thread = fiber.index
        order = self._order
        if isinstance(fiber.edge, _Stamp):
            order.hear(thread, fiber.edge.clock)
        published = self._published
        for key, mode in accesses:
            if mode == ops.READ and key in published:
                order.hear(thread, published[key])
        stamp.clock.update(order.tell(thread))
        for key, mode in accesses:
            if mode != ops.READ:
                known = published.setdefault(key, {})
                for number, steps in stamp.clock.items():
                    if known.get(number, 0) < steps:
                        known[number] = steps

    def _access(self, fiber: Fiber, location: Location, is_write: bool) -> None:
        stack = tuple(frames(fiber))
        if fiber.where != NOWHERE:
            site = SITES[fiber.where]
            place = site.file, site.line, site.function
        else:
            place = stack[0] if stack else ("", 0, "")
        side = Side(fiber.tid, is_write, *place, stack)
        for other in self._order.access(fiber.index, location.key, is_write, side):
            places = frozenset({(other.file, other.line), (side.file, side.line)})
            if (str(location), places) not in self._seen:
                self._seen.add((str(location), places))
                atomic = location.name == CONTENTS
                self.races.append(Race(str(location), other, side, atomic))
