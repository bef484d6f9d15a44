"""Following a recorded schedule."""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.fiber import Alternative, Fiber
from taskqueue_harness.kernel import Diverged, Kernel
from taskqueue_harness.outcome import Outcome
from taskqueue_harness.strategies.base import Strategy


class Replay(Strategy):
    """Makes the choices of a schedule; past its end, the default ones."""

    name = "replay"

    def __init__(self, choices: Sequence[int], *, strict: bool = True) -> None:
        self.choices = list(choices)
        self.strict = strict
        self.position = 0
        self.diverged = ""

    def begin(self, kernel: Kernel) -> bool:
        self.position = 0
        self.diverged = ""
        return True

    def _next(self, count: int) -> int:
        position = self.position
        self.position = position + 1
        if position >= len(self.choices):
            if self.strict and not self.diverged:
                self.diverged = (
                    f"the schedule ends after {position} choices, the execution does not"
                )
            return 0
        choice = self.choices[position]
        if choice < count:
            return choice
        if self.strict and not self.diverged:
            self.diverged = (
                f"choice {position + 1} of the schedule takes alternative {choice + 1} of {count}"
            )
        return 0

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        return self._next(len(alternatives))

    def draw(self, count: int, fiber: Fiber) -> int:
        return self._next(count)

    def end(self, outcome: Outcome) -> None:
        if self.strict and not self.diverged and self.position < len(self.choices):
            self.diverged = (
                f"the execution ends after {self.position} of {len(self.choices)} choices"
            )


__all__ = ["Diverged", "Replay"]
