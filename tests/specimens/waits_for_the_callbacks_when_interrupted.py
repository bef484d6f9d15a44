"""An interrupted run() tells the callbacks to stop and then waits for them, however long.

`with ThreadPoolExecutor()` does it without being asked: the second Ctrl-C is the one that
works.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-2.10",)
SAYS = {"TQ-2.10": "had not been left"}
SCHEDULE = False


class TaskQueue(Correct):
    def on_interrupt(self, started: list[threading.Thread]) -> None:
        super().on_interrupt(started)
        for thread in started:
            thread.join()
