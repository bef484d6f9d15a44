"""A consumer whose thread cannot be started is left out, and run() says nothing.

"Better fewer workers than none", but the caller asked for these.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-2.14",)
SAYS = {"TQ-2.14": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    def start_all(self, started: list[threading.Thread]) -> None:
        for job in self.jobs():
            thread = threading.Thread(target=job, daemon=True)
            try:
                thread.start()
            except Exception:
                continue
            started.append(thread)
        if len(started) <= len(self.consumers):
            self.close()
