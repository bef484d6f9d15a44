"""The head of a list is read and then deleted, without a lock.

Shortest bad interleaving: 1 and 2 lie there; A reads 1; B reads 1 and deletes it; A deletes
2. Item 1 is delivered twice, item 2 never.
"""

from __future__ import annotations

import time
from typing import Any

from base import TaskQueue as Correct

# Which of the sentences on loss is contradicted depends on who failed in that run.
BREAKS = ("TQ-1.1", "TQ-1.6", "TQ-1.7", "TQ-1.8")
SAYS = {
    "TQ-1.1": "delivered",
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-1.8": "never delivered",
}
SCHEDULE = True


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.line: list[Any] = []
        return super().jobs()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        self.line.append(item)

    def get(self) -> Any:
        while True:
            closed = self.closed
            try:
                item = self.line[0]
                del self.line[0]
            except IndexError:
                if closed:
                    return None
                time.sleep(0.001)
            else:
                return item
