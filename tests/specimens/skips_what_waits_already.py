"""An object that takes attributes is left out while it waits as the last one.

"Constants may come twice, a job does not": but a job that is to be done twice is put twice.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "(same_with_attributes)"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        with self.lock:
            if self.items and self.items[-1] is item and hasattr(item, "__dict__"):
                return
        super().put(item)
