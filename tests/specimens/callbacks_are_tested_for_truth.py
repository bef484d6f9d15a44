"""`if callback:` stands before the call, for those who pass None.

An object that can be called may be false: one that counts, and has counted nothing yet.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.4",)
SAYS = {"TQ-4.4": "never started"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        if callback:  # type: ignore[truthy-function]
            super().guard(callback)
