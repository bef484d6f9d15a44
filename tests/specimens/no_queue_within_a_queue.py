"""A thread is marked while it works for a queue, and run() refuses a thread that is marked.

Meant against run() in a callback of its own; it hits every other queue as well.
"""

from __future__ import annotations

import threading

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.1",)
SAYS = {"TQ-4.1": "run() was called in a callback"}
SCHEDULE = False

mark = threading.local()


class TaskQueue(Correct):
    def run(self) -> object:
        if getattr(mark, "busy", False):
            raise RuntimeError("run() was called in a callback")
        return super().run()

    def guard(self, callback: Callback) -> None:
        mark.busy = True
        try:
            super().guard(callback)
        finally:
            mark.busy = False
