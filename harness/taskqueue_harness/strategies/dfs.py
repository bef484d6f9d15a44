"""Brute force: every schedule there is, by an odometer over the choices.

The choices of an execution are the digits of a number in which each digit has a base of its own,
the number of alternatives at that point. The next execution repeats all digits up to the last one
that can still be turned, turns it by one, and continues with zeros. The first execution is all
zeros; when no digit can be turned, every schedule has been seen.

It is what the reductions are checked against.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Alternative, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome
from taskqueue_harness.strategies.base import Strategy

# Not SHUTDOWN, which ends what daemon threads could still do.
_LOCAL = frozenset((ops.BEGIN, ops.YIELD))


class DepthFirst(Strategy):
    """Every schedule, without any reduction but this: what accesses nothing goes first."""

    name = "dfs"
    exhaustive = True

    def __init__(self) -> None:
        self.digits: list[tuple[int, int]] = []
        self.position = 0
        self.started = False

    def begin(self, kernel: Kernel) -> bool:
        self.position = 0
        if not self.started:
            self.started = True
            return True
        digits = self.digits
        while digits:
            choice, count = digits.pop()
            if choice + 1 < count:
                digits.append((choice + 1, count))
                return True
        return False

    def _next(self, count: int) -> int:
        position = self.position
        self.position = position + 1
        if position < len(self.digits):
            choice, expected = self.digits[position]
            if expected != count:
                self.trouble = f"choice {position + 1} had {expected} alternatives, now {count}"
                return -1
            return choice
        self.digits.append((0, count))
        return 0

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        if type(alternatives[-1]) is Fiber:
            # An operation that accesses nothing is in order with nothing but its own thread.
            for index, one in enumerate(alternatives):
                fiber: Fiber = one  # type: ignore[assignment]
                op = fiber.op
                if op in _LOCAL:
                    return index
        return self._next(len(alternatives))

    def draw(self, count: int, fiber: Fiber) -> int:
        return max(self._next(count), 0)

    def end(self, outcome: Outcome) -> None:
        del self.digits[self.position :]

    def remaining(self) -> float | None:
        """What is left if all of the tree is like the path to here (after Knuth, 1975)."""
        below, left = 1.0, 0.0
        for choice, count in reversed(self.digits):
            left += (count - 1 - choice) * below
            below *= count
        return left
