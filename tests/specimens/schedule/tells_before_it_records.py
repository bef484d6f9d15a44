"""A failure turns ok() False first and is recorded second.

Shortest bad interleaving: A fails and turns ok() False; B sees it, fails because of it and
records its own failure; A finds one recorded. run() raises the consequence, not the cause.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.4",)
SAYS = {"TQ-3.4": "not the first"}
SCHEDULE = True


class TaskQueue(Correct):
    def fail(self, error: BaseException) -> None:
        self.failed = True
        with self.lock:
            first = self.failure is None
            if first:
                self.failure = error
        if not first:
            self.log_lost(error)
