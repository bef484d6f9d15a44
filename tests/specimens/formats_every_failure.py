"""The text of a failure is made before the failure is recorded.

An exception whose `__str__` raises (a half-built one, one that reads a closed socket) kills
the thread that reports it: no failure is known and no end is sent.
"""

from __future__ import annotations

from base import Callback, log
from base import TaskQueue as Correct

# Exceptions that cannot be shown are 3.11's alone.
BREAKS = ("TQ-3.11",)
SAYS = {"TQ-3.11": "waits in get() for the end"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        try:
            callback(self)
        except BaseException as error:
            text = f"{error}"
            self.fail(error)
            log.debug("a callback failed: %s", text)
