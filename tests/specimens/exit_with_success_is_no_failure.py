"""sys.exit(0) and sys.exit() in a callback count as its normal end.

The work that was to follow is not done, and nobody learns of it.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "SystemExit"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        def work(q: TaskQueue) -> None:
            try:
                callback(q)
            except SystemExit as exc:
                if exc.code:
                    raise

        super().guard(work)
