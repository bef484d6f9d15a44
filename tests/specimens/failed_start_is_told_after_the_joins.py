"""When a thread cannot be started, the others are joined first, and then ok() turns False.

Who waits for the end is let go; who polls ok() works on, for as long as that takes.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-2.14",)
SAYS = {"TQ-2.14": "ok() kept telling"}
SCHEDULE = False


class TaskQueue(Correct):
    started: list[threading.Thread]

    def start_all(self, started: list[threading.Thread]) -> None:
        self.started = started
        super().start_all(started)

    def on_unstarted(self, error: BaseException) -> None:
        self.close()
        for thread in self.started:
            thread.join()
        super().on_unstarted(error)
