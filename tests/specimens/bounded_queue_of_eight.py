"""put() waits while eight items lie in the queue.

Back-pressure is a good idea until all consumers are dead: then the producer waits for ever.
oss2's class carries a comment against exactly this.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.4",)
SAYS = {"TQ-2.4": "did not return"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        with self.changed:
            while len(self.items) >= 8:
                self.changed.wait()
        super().put(item)

    def get(self) -> Any:
        item = super().get()
        with self.changed:
            self.changed.notify_all()
        return item
