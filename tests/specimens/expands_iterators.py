"""An item that is an iterator is taken apart: each of its elements becomes an item.

A put_many() that hides in put().
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(iterator) never came"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        if hasattr(item, "__next__"):
            for one in item:
                super().put(one)
        else:
            super().put(item)
