"""A lock of the class lets one queue run at a time.

"Thread-safe" by a global lock. A callback that uses a queue of its own, as a recursive
download does, waits for itself.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-4.1",)
SAYS = {"TQ-4.1": "did not come to its end"}
SCHEDULE = False


class TaskQueue(Correct):
    turn = threading.Lock()

    def run(self) -> object:
        if self.ran:
            return super().run()
        with TaskQueue.turn:
            return super().run()
