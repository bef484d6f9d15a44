"""run() waits until there are no more threads in the process than there were before.

A thread of somebody else's that is started in the meantime, and stays, is waited for as well; one
that ends in the meantime lets run() come back too soon.
"""

from __future__ import annotations

import threading
import time

from base import TaskQueue as Correct

# All callbacks have ended and run() has not come back: 2.6 and 2.17 say so too.
BREAKS = ("TQ-2.1", "TQ-2.6", "TQ-2.17")
SAYS = {
    "TQ-2.1": "run() did not come back",
    "TQ-2.6": "never came back",
    "TQ-2.17": "never came back",
}
SCHEDULE = False


class TaskQueue(Correct):
    threads_before = 0

    def start_all(self, started: list[threading.Thread]) -> None:
        self.threads_before = threading.active_count()
        super().start_all(started)

    def wait_for(self, started: list[threading.Thread]) -> None:
        while threading.active_count() > self.threads_before:
            time.sleep(0.01)
