"""Failures are kept in a set, so that none is told twice; one without a hash is lost.

A dataclass has no hash, unless it is frozen, and an exception may be one.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "Unhashable"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.known: set[BaseException] = set()

    def fail(self, error: BaseException) -> None:
        try:
            with self.lock:
                if error in self.known:
                    return
                self.known.add(error)
        except TypeError:
            return
        super().fail(error)

    def outcome(self) -> object:
        self.known.clear()  # what has been told is not kept alive
        return super().outcome()
