"""The queue keeps the exception, whose traceback keeps the frames that hold the queue.

A reference cycle through every buffer of the callbacks: freed when the garbage collector
comes round, which in a process with `gc.disable()` is never.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.10",)
SAYS = {"TQ-3.10": "alive without a collection"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.failure is not None:
            raise self.failure
        return None
