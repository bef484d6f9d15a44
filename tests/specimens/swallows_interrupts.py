"""KeyboardInterrupt is caught where run() waits, and the wait begins anew.

Written to make a join "robust"; the program can no longer be stopped.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

# The callbacks are not told either: 2.16.
BREAKS = ("TQ-2.10", "TQ-2.16")
SAYS = {"TQ-2.10": "had not been left", "TQ-2.16": "kept telling"}
SCHEDULE = False


class TaskQueue(Correct):
    def wait_for(self, started: list[threading.Thread]) -> None:
        while any(thread.is_alive() for thread in started):
            try:
                super().wait_for(started)
            except KeyboardInterrupt:
                continue
