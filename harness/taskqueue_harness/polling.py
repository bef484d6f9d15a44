"""Threads that repeat the same observations in vain, and let others go first.

No annotation is needed to tell them. A thread that has observed the same at the same place more
than ``Bounds.polls`` times is set *aside* until somebody writes to what it watches, or until
nothing else can run. In the latter case it goes on but *yields* as soon as somebody else can run,
as long as it does nothing new: it may have been set aside with the lock in its hands that the
others need (the fair scheduler of CHESS, Musuvathi and Qadeer, PLDI 2008, without its annotations).
"""

from __future__ import annotations

import sys
from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Alternative, Fiber

_LETS_GO = (ops.RELEASE, ops.WAIT)
"""Set aside before one of these, a poller would keep what others wait for."""


class Pollers:
    """Those of one execution.

    Args:
        polls: how often an observation may be repeated in vain.
    """

    __slots__ = ("_polls", "aside", "let_go", "yielding")

    def __init__(self, polls: int) -> None:
        self._polls = polls
        self.aside: list[Fiber] = []
        self.yielding: list[Fiber] = []
        self.let_go = -1
        """How much had changed when they were last let go on."""

    def note(self, fiber: Fiber) -> None:
        """Note an observation; set the fiber aside if it only repeats itself."""
        op = fiber.op
        key: Any
        if op is ops.MEMORY_READ:
            key = (op, (~fiber.obj.key,), fiber.where)
        elif op is ops.MEMORY_READS:
            key = (op, tuple([~location.key for location, _ in fiber.obj]), fiber.where)
        else:
            # Three frames up: past the step and the primitive stands the code that polls.
            frame = sys._getframe(3)
            key = (op, id(fiber.obj), (frame.f_code, frame.f_lasti))
        seen = fiber.seen
        if self.yielding and key not in seen and fiber in self.yielding:
            self.yielding.remove(fiber)
        count = seen.get(key, 0) + 1
        seen[key] = count
        if count > self._polls and op not in _LETS_GO:
            fiber.held_guard = fiber.guard
            fiber.guard = False
            self.aside.append(fiber)

    def told_of(self, following: Fiber) -> None:
        """Let go on those who watch what the operation about to run may change."""
        touched = {key for key, mode in following.op.accesses(following) if mode != ops.READ}
        if not touched:
            return
        for fiber in [*self.aside, *self.yielding]:
            if fiber is not following and any(_watched(key, touched) for key in fiber.seen):
                if fiber in self.aside:
                    self._resume(fiber)
                self.leave(fiber)

    def leave(self, fiber: Fiber) -> None:
        """It does something new, or will see something new: what it saw before counts no more."""
        fiber.seen.clear()
        if self.yielding and fiber in self.yielding:
            self.yielding.remove(fiber)

    def interrupt(self, fiber: Fiber) -> None:
        """Something happens to it that it did not wait for."""
        if fiber in self.aside:
            self._resume(fiber)
        self.leave(fiber)

    def give_way(self, alternatives: list[Alternative]) -> list[Alternative]:
        """What can happen next, without those who only poll if there is anything else."""
        others = [one for one in alternatives if one not in self.yielding]
        return others or alternatives

    def go_on(self) -> bool:
        """Nothing else can run: let them all go on. Whether any of them can."""
        progress = False
        for fiber in self.aside[:]:
            self._resume(fiber)
            fiber.seen = dict.fromkeys(fiber.seen, 0)
            if fiber not in self.yielding:
                self.yielding.append(fiber)
            progress = progress or bool(fiber.guard)
        return progress

    def _resume(self, fiber: Fiber) -> None:
        self.aside.remove(fiber)
        fiber.guard = fiber.held_guard
        fiber.held_guard = None


def _watched(key: Any, touched: set[int]) -> bool:
    op, number, _ = key
    if op is ops.MEMORY_READ or op is ops.MEMORY_READS:
        return any(one in touched for one in number)
    if op is ops.LIST:
        return ops.THREADS in touched
    if op is ops.ACQUIRE or op is ops.RELEASE:
        # A mutex taken and given back tells a poller nothing; what it protects would.
        return False
    return any(number << 2 | part in touched for part in (0, 1, 2))
