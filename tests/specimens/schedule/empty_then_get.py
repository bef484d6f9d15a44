"""`if not queue.empty(): return queue.get()`, with a get() that waits.

Shortest bad interleaving: one item lies there; A and B both see that the queue is not empty;
B takes the item; A waits in the inner get(), which no end ever reaches.
"""

from __future__ import annotations

import queue
import time
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.1", "TQ-2.2")
SAYS = {"TQ-2.1": "waits in get()", "TQ-2.2": "waits in get()"}
SCHEDULE = True


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        return super().jobs()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        self.queue.put(item)

    def get(self) -> Any:
        while True:
            closed = self.closed
            if not self.queue.empty():
                return self.queue.get()
            if closed:
                return None
            time.sleep(0.001)
