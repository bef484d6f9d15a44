"""run() waits until there are no threads in the process but those that there were before.

A thread of somebody else's that is started in the meantime, and stays, is waited for as well.
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
    threads_before: frozenset[threading.Thread] = frozenset()

    def start_all(self, started: list[threading.Thread]) -> None:
        # Not their number: if somebody else's thread ended, run() would come back too soon.
        self.threads_before = frozenset(threading.enumerate())
        super().start_all(started)

    def wait_for(self, started: list[threading.Thread]) -> None:
        while not self.threads_before.issuperset(threading.enumerate()):
            time.sleep(0.01)
