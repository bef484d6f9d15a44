"""`assert item is not None` is the whole check, and `python -O` removes it.

This is what oss2's own class does.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.10",)
SAYS = {"TQ-1.10": "was accepted"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        assert item is not None
        with self.changed:
            self.items.append(item)
            self.changed.notify()
