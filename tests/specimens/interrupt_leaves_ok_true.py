"""An interrupted run() leaves, and the callbacks are not told.

They go on for hours behind a program that believes it has stopped; oss2's class does this.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-2.16",)
SAYS = {"TQ-2.16": "kept telling"}
SCHEDULE = False


class TaskQueue(Correct):
    def on_interrupt(self, started: list[threading.Thread]) -> None:
        if len(started) <= len(self.consumers):
            self.close()
