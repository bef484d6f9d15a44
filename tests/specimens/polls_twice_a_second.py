"""run() looks every half second whether its threads are still alive.

Polling was the way to keep Ctrl-C working in Python 2; it costs a quarter of a second per
run on average.
"""

from __future__ import annotations

import threading
import time

from base import TaskQueue as Correct

BREAKS = ("TQ-2.17",)
SAYS = {"TQ-2.17": "after the last callback"}
SCHEDULE = False


class TaskQueue(Correct):
    def wait_for(self, started: list[threading.Thread]) -> None:
        while any(thread.is_alive() for thread in started):
            time.sleep(0.5)
