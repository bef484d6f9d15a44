"""An object that was just put is taken for a repetition and left out.

Event queues coalesce neighbours that are the same, which is right for "something changed"
and wrong for work.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# Seen only where one object is put twice in a row: the scenario is aimed at 1.1.
BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        with self.lock:
            if self.items and self.items[-1] is item:
                return
        super().put(item)
