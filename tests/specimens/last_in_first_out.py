"""The items lie in a stack: the latest goes out first.

`list.append` and `list.pop` is the shortest queue anybody ever wrote.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.2",)
SAYS = {"TQ-1.2": "before"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            return self.items.pop() if self.items else None
