"""Telling a hang that polling hides from a program that merely waits.

``while any(t.is_alive() for t in threads): t.join(1)`` never deadlocks: one thread always wakes up.
Yet nothing will ever change if everybody else is blocked for good and the pollers only look. An
execution is *stuck* when the whole visible state comes back: between moves of the clock no
operation changed anything, the same threads are blocked, and the pollers stand at the same places
with the same local variables. Three such rounds settle it, once every thread that waits for the
clock has had its turn since that state was first seen: who sleeps longer than the pollers do may
yet change something. A poller that reads the clock or counts
its rounds is in a new state each time, and goes on.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskqueue_harness.kernel import Fiber, Kernel

ROUNDS = 3
_PLAIN = (int, float, str, bytes, bool, type(None))
_OWN = "taskqueue_harness."
"""A driver may hold the kernel itself, in which something changes with every step."""
_SIZED = (list, dict, set, tuple, frozenset, deque)


class Stagnation:
    """Watches the idle moments of one execution."""

    __slots__ = ("_changes", "_fibers", "_seen")

    def __init__(self) -> None:
        self._changes = -1
        self._fibers = -1
        # How often a state was seen, and the operations, when it was seen first, of those that
        # waited for the clock.
        self._seen: dict[Any, tuple[int, dict[Fiber, int]]] = {}

    def look(self, kernel: Kernel) -> str:
        """Called when nothing can run. What is stuck, in words, or the empty string."""
        if self._changes != kernel.changes or self._fibers != len(kernel.live):
            self._changes = kernel.changes
            self._fibers = len(kernel.live)
            self._seen.clear()
            return ""
        state = tuple([_state(kernel, fiber) for fiber in kernel.live])
        if state not in self._seen:
            self._seen[state] = (0, {f: f.steps for f in kernel.live if f.deadline is not None})
        count, asleep = self._seen[state]
        self._seen[state] = (count + 1, asleep)
        if count + 1 < ROUNDS or any(f.steps == steps for f, steps in asleep.items()):
            return ""
        if not kernel.timed and not kernel.aside:
            return ""
        return "the threads that still run only poll, and nothing they look at will ever change"


def _state(kernel: Kernel, fiber: Fiber) -> Any:
    found: list[Any] = [fiber.tid, fiber.op]
    for frame in kernel.stack(fiber):
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
