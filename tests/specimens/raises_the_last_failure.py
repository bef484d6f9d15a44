"""Each failure overwrites the one before, and run() raises the last.

`self.error = error` without a test: the cause is lost behind its consequences.
"""

from __future__ import annotations

from base import TaskQueue as Correct

# What is overwritten is logged: 3.9 stands.
BREAKS = ("TQ-3.4",)
SAYS = {"TQ-3.4": "came first"}
SCHEDULE = False


class TaskQueue(Correct):
    def fail(self, error: BaseException) -> None:
        with self.lock:
            self.failed = True
            overwritten, self.failure = self.failure, error
        if overwritten is not None:
            self.log_lost(overwritten)
