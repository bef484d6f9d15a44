"""MemoryError is let pass, for fear of making it worse.

The item that did not fit is not done, and run() says that all is.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "MemoryError"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        def forgiving(q: object) -> None:
            # Not by contextlib.suppress(): from 3.12 on it takes exception groups apart as well.
            try:
                callback(q)
            except MemoryError:
                return

        super().guard(forgiving)
