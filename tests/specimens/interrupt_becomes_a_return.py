"""An interrupted run() stops everything and returns as if nothing had happened.

"Ctrl-C is a normal way to stop": the caller goes on to use a file that is half there.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-2.10",)
SAYS = {"TQ-2.10": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    def wait_for(self, started: list[threading.Thread]) -> None:
        try:
            super().wait_for(started)
        except KeyboardInterrupt:
            self.on_interrupt(started)
