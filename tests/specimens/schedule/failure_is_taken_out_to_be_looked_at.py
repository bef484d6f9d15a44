"""The first failure is taken out of its place while a later one is compared with it.

Shortest bad interleaving: A has failed, ok() is False; B fails and takes A's failure out; C
asks ok(), which reads the place without the lock, and hears True again.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.6",)
SAYS = {"TQ-3.6": "True again"}
SCHEDULE = True


class TaskQueue(Correct):
    def fail(self, error: BaseException) -> None:
        with self.lock:
            stopped, self.failed = self.failed, False
            if not stopped:
                self.failure = error
            self.failed = True
        if stopped:
            self.log_lost(error)
