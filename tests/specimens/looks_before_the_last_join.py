"""run() looks for a failure when the consumers have ended, and then waits for the producer.

It looks again only if items are left over: "otherwise the producer is at its end anyway". A
producer that fails after that, with everything taken and everybody gone, has not failed.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-3.1",)
SAYS = {"TQ-3.1": "returned as if nothing had failed"}
SCHEDULE = False


class TaskQueue(Correct):
    failed_by_then = False

    def wait_for(self, started: list[threading.Thread]) -> None:
        super().wait_for(started[:-1])
        self.failed_by_then = self.failed
        super().wait_for(started[-1:])

    def outcome(self) -> object:
        if not self.failed_by_then and not self.items and self.failure is not None:
            self.log_lost(self.failure)
            self.failure = None
        return super().outcome()
