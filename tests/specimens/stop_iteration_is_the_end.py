"""The class StopIteration stands for the end, as it does in the language.

There it is raised; here it is compared with the items, and a class is an item.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(StopIteration)"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items:
                self.changed.wait()
            return None if self.items[0] is StopIteration else self.items.popleft()

    def close(self) -> None:
        with self.changed:
            self.items.append(StopIteration)
            self.changed.notify_all()
