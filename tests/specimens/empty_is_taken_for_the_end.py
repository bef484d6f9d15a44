"""A callback that fails with queue.Empty is taken to have found nothing left to do.

The wrapper around the callbacks is the one that was written around a get() with a timeout.
"""

from __future__ import annotations

import queue

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "Empty"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        def work(q: object) -> None:
            # Not by contextlib.suppress(): from 3.12 on it takes exception groups apart as well.
            try:
                callback(q)
            except queue.Empty:
                return

        super().guard(work)
