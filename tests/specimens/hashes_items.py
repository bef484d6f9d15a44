"""put() takes the hash of the item, for a trace that nobody reads.

Any set or dictionary of "items in flight" does it: a list or a dictionary cannot be put.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "unhashable"}
SCHEDULE = False


class TaskQueue(Correct):
    trace = 0

    def put(self, item: Any) -> None:
        self.trace ^= hash(item)
        super().put(item)
