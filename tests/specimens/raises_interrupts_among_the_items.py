"""get() raises an item that is a KeyboardInterrupt: "it must have come from the other side".

A channel on which items and failures travel together has to wrap the one or the other.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "raised KeyboardInterrupt: an item, not a failure"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        item = super().get()
        if isinstance(item, KeyboardInterrupt):
            raise item
        return item
