"""What happens before what in an execution, beside whatever strategy leads it.

Executions that differ only in the order of independent operations are *equivalent* (Mazurkiewicz,
1977): if one of them can happen, all can. An observer of events that are no operations, such as the
calls and returns of the code under test, sees one of these orders. With the `Moment` of each event
it can tell which other orders of its events could have been seen just as well.

`SourceDPOR` keeps such clocks for its own purposes; `Causality` keeps them for the others.
"""

from __future__ import annotations

from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.strategies.clocks import Clock, Moment, Place, advance, conflicts, join

__all__ = ["Causality"]


class _Stamp:
    """Left in what a thread hands over, for whoever takes it; `clock` once the step has run."""

    __slots__ = ("clock", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.clock: Clock = []


class Causality:
    """An observer that keeps a clock for every thread of one execution."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._clocks: dict[int, Clock] = {}
        self._events: list[_Stamp] = []
        self._owners: list[int] = []
        self._places: dict[int, Place] = {}
        self._keep: list[Any] = []
        self._everything: Clock = []
        # By thread, its last event, as a clock has it: what one would know who knew all.
        self._latest: Clock = []
        self._last: tuple[Fiber, _Stamp, ops.Accesses] | None = None
        kernel.stamp = None

    def watch(self, alternative: Alternative) -> None:
        """The alternative is about to run."""
        self._settle()
        accesses: ops.Accesses
        if type(alternative) is Deviation:
            if alternative.kind == "clock":
                return
            fiber = alternative.fiber
            accesses = ()
            if alternative.kind == "timeout":
                fiber.expired = True
                accesses = fiber.op.accesses(fiber)
        else:
            fiber = alternative  # type: ignore[assignment]
            accesses = fiber.op.accesses(fiber)
        stamp = _Stamp(len(self._events))
        self._events.append(stamp)
        self._owners.append(fiber.index)
        # Keys are made of addresses: keep them from being used again.
        self._keep.append(fiber.obj)
        self._kernel.stamp = stamp
        edge, fiber.edge = fiber.edge, None
        if fiber.op is ops.BEGIN and self._current(edge):
            self._clocks[fiber.index] = list(edge.clock)
        self._last = (fiber, stamp, accesses)

    def barrier(self, kernel: Kernel) -> None:
        """Nothing can run: from here on everyone knows everything."""
        self._settle()
        everything = self._everything = list(self._latest)
        for fiber in kernel.live:
            own = self._clocks.get(fiber.index)
            self._clocks[fiber.index] = join(own, everything) if own else list(everything)

    def moment(self, fiber: Fiber) -> Moment:
        """Where `fiber`, which is running, stands in the order of this execution."""
        self._settle()
        clock = self._clocks.get(fiber.index)
        return fiber.index, self._everything if clock is None else clock

    def _settle(self) -> None:
        if self._last is None:
            return
        fiber, stamp, accesses = self._last
        self._last = None
        number, own = stamp.number, fiber.index
        clock = self._clocks.get(own)
        clock = list(self._everything if clock is None else clock)
        if self._current(fiber.edge):
            clock = join(clock, fiber.edge.clock)
        for key, mode in accesses:
            place = self._places.get(key)
            if place is None:
                place = self._places[key] = Place()
            for other in conflicts(place, mode):
                if self._owners[other] != own:
                    clock = join(clock, self._events[other].clock)
            place.enter(mode, own, number)
        advance(clock, own, number + 1)
        stamp.clock = self._clocks[own] = clock
        advance(self._latest, own, number + 1)

    def _current(self, edge: Any) -> bool:
        """Whether a stamp is from this execution; a lock of a shared module can hold older ones."""
        return (
            type(edge) is _Stamp
            and edge.number < len(self._events)
            and self._events[edge.number] is edge
        )
