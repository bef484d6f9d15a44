"""put() releases the permit first and stores the item second.

Shortest bad interleaving: the producer releases; A acquires, finds nothing and takes that for
the end, which it passes on to the others; the producer stores an item nobody will take.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-1.4", "TQ-1.6", "TQ-1.7", "TQ-1.8")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-1.4": "end before",
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-1.8": "never delivered",
}
SCHEDULE = True


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.permits = threading.Semaphore(0)
        return super().jobs()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        self.permits.release()
        self.items.append(item)

    def get(self) -> Any:
        self.permits.acquire()
        try:
            return self.items.popleft()
        except IndexError:
            self.permits.release()
            return None

    def close(self) -> None:
        self.permits.release()
