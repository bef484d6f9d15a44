"""put(None) raises, but only after a placeholder was queued in its stead.

Validation behind the side effect: the caller sees an error, the consumers see an item that
nobody put.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.5",)
SAYS = {"TQ-1.5": "nobody had put"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        super().put(... if item is None else item)
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
