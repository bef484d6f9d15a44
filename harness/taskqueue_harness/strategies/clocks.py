"""Vector clocks over the events of one execution, and who accessed a location last.

Events are numbered in the order in which they run. A *clock* says for every thread, by its index,
how far it is known: one more than the number of its last known event, 0 if nothing is.
"""

from __future__ import annotations

from typing import TypeAlias

from taskqueue_harness import operations as ops

Clock: TypeAlias = list[int]

Moment: TypeAlias = tuple[int, Clock]
"""A point between two operations of a thread: the thread's index, and what it knows there."""


class Place:
    """Who accessed a location last: the write, and what came after it, by mode."""

    __slots__ = ("adds", "reads", "write", "writes")

    def __init__(self) -> None:
        self.write = -1
        self.writes: list[int] = []
        self.reads: dict[int, int] = {}
        self.adds: dict[int, int] = {}

    def enter(self, mode: int, fiber: int, number: int) -> None:
        """Event `number`, of thread `fiber`, accesses the location."""
        if mode == ops.WRITE:
            self.write = number
            self.writes.append(number)
            self.reads.clear()
            self.adds.clear()
        elif mode == ops.READ:
            self.reads[fiber] = number
        else:
            self.adds[fiber] = number


def conflicts(place: Place, mode: int) -> list[int]:
    """The last events at a location with which an access of this mode does not commute."""
    found = [place.write] if place.write >= 0 else []
    if mode != ops.READ:
        found.extend(place.reads.values())
    if mode != ops.ADD:
        found.extend(place.adds.values())
    return found


def knows(clock: Clock, fiber: int, number: int) -> bool:
    """Whether a clock covers event `number` of thread `fiber`."""
    return fiber < len(clock) and clock[fiber] > number


def join(first: Clock, second: Clock) -> Clock:
    """The pointwise maximum, always a new list."""
    if len(first) < len(second):
        first, second = second, first
    joined = list(first)
    for index, value in enumerate(second):
        if value > joined[index]:
            joined[index] = value
    return joined


def advance(clock: Clock, fiber: int, value: int) -> None:
    """Set what a clock says of one thread, in place."""
    if len(clock) <= fiber:
        clock.extend([0] * (fiber + 1 - len(clock)))
    clock[fiber] = value


def precedes(first: Moment, second: Moment) -> bool:
    """Whether `first` comes before `second` in every equivalent execution.

    What comes after a moment in its own thread begins with the thread's next operation: another
    thread has the moment behind it once it knows of that.
    """
    fiber, known = first
    other, clock = second
    if fiber == other:
        return len(known) <= len(clock) and all(a <= b for a, b in zip(known, clock, strict=False))
    own = known[fiber] if fiber < len(known) else 0
    return fiber < len(clock) and clock[fiber] > own
