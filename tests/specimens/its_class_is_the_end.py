"""The class of the queue stands for the end: "nobody would put that".

A sign that others can reach is an item that others can put.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(queue_class)"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items:
                self.changed.wait()
            return None if self.items[0] is type(self) else self.items.popleft()

    def close(self) -> None:
        with self.changed:
            self.items.append(type(self))
            self.changed.notify_all()
