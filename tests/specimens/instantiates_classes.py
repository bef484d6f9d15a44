"""An item that is a class is instantiated on delivery.

Job queues that accept "a task or a task class" do so for convenience.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "nobody had put"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        item = super().get()
        return item() if isinstance(item, type) else item
