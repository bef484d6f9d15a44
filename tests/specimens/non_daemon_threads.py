"""The threads are not daemons, so that a stuck callback keeps the process alive.

The interrupt leaves run(), the program reports it, and then nothing ends.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-2.11",)
SAYS = {"TQ-2.11": "lived on"}
SCHEDULE = False


class TaskQueue(Correct):
    def start_all(self, started: list[threading.Thread]) -> None:
        for job in self.jobs():
            try:
                thread = threading.Thread(target=job, daemon=False)
                thread.start()
            except Exception as error:
                self.on_unstarted(error)
                return
            started.append(thread)
