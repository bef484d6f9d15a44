"""Of several failures the first is raised and the others leave no trace.

Of twelve disks that are full, one is reported.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.9",)
SAYS = {"TQ-3.9": "neither raised nor logged"}
SCHEDULE = False


class TaskQueue(Correct):
    def log_lost(self, error: BaseException) -> None:
        pass
