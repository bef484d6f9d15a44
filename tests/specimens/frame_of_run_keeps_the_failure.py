"""run() holds the exception in a local variable of the frame it raises from.

The cycle goes exception, traceback, frame, exception. `del error` in a `finally` is what
the standard library's `concurrent.futures` does against it.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.10",)
SAYS = {"TQ-3.10": "alive without a collection"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        error, self.failure = self.failure, None
        if error is not None:
            raise error
        return None
