"""Telling a hang that polling hides from a program that merely waits.

``while any(t.is_alive() for t in threads): t.join(1)`` never deadlocks: one thread always wakes up.
Yet nothing will ever change if everybody else is blocked for good and the pollers only look. An
execution is *stuck* when the whole visible state comes back: between moves of the clock no
operation changed anything, the same threads are blocked, and the pollers stand at the same places
with the same local variables. It is looked at once every thread that waits for the clock has had
its turn since the last look, for who sleeps longer than the pollers do may yet change something;
three looks that find the same settle it. A poller that reads the clock or counts its rounds is in a
new state each time, and goes on.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from taskqueue_harness.telling import stack

if TYPE_CHECKING:
    from taskqueue_harness.fiber import Fiber
    from taskqueue_harness.kernel import Kernel

ROUNDS = 3
ONLY_POLLS = "the threads that still run only poll, and nothing they look at will ever change"
_PLAIN = (int, float, str, bytes, bool, type(None))
_OWN = "taskqueue_harness."
"""A driver may hold the kernel itself, in which something changes with every step."""
_SIZED = (list, dict, set, tuple, frozenset, deque)


class Stagnation:
    """Watches the idle moments of one execution."""

    __slots__ = ("_asleep", "_changes", "_fibers", "_seen")

    def __init__(self) -> None:
        self._changes = -1
        self._fibers = -1
        self._seen: dict[Any, int] = {}
        # Operations, at the last look, of those that waited for the clock.
        self._asleep: dict[Fiber, int] = {}

    def look(self, kernel: Kernel) -> str:
        """Called when nothing can run. What is stuck, in words, or the empty string."""
        if self._changes != kernel.changes or self._fibers != len(kernel.live):
            self._changes = kernel.changes
            self._fibers = len(kernel.live)
            self._seen.clear()
        elif any(fiber.steps == steps for fiber, steps in self._asleep.items()):
            return ""
        else:
            state = tuple([_state(fiber) for fiber in kernel.live])
            count = self._seen[state] = self._seen.get(state, 0) + 1
            if count >= ROUNDS and (kernel.timed or kernel.pollers.aside):
                return ONLY_POLLS
        self._asleep = {fiber: fiber.steps for fiber in kernel.live if fiber.deadline is not None}
        return ""


def _state(fiber: Fiber) -> Any:
    found: list[Any] = [fiber.tid, fiber.op]
    for frame in stack(fiber):
        found.append(frame.f_code)
        found.append(frame.f_lasti)
        for name, value in frame.f_locals.items():
            found.append(name)
            found.append(_value(value, True))
    return tuple(found)


def _value(value: Any, deep: bool) -> Any:
    cls = type(value)
    if cls in _PLAIN:
        return value
    if cls in _SIZED:
        return (id(value), len(value))
    if deep and not cls.__module__.startswith(_OWN):
        try:
            content = object.__getattribute__(value, "__dict__")
        except (AttributeError, TypeError):
            return id(value)
        if type(content) is dict and len(content) < 50:
            return (id(value), tuple([_value(one, False) for one in content.values()]))
    return id(value)
