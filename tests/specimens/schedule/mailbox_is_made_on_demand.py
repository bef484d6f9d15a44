"""The queue inside is made by whoever needs it first, without a lock.

Shortest bad interleaving: a consumer finds none; the producer finds none, makes one and puts
into it; the consumer makes another one in its place and waits there. What was put is lost.
"""

from __future__ import annotations

import queue
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-1.6", "TQ-1.7", "TQ-1.8", "TQ-2.1", "TQ-2.2", "TQ-2.14")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-1.8": "never delivered",
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True


class TaskQueue(Correct):
    made: queue.SimpleQueue[Any] | None = None

    def mailbox(self) -> queue.SimpleQueue[Any]:
        if self.made is None:
            self.made = queue.SimpleQueue()
        return self.made

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        self.mailbox().put(item)

    def get(self) -> Any:
        item = self.mailbox().get()
        if item is None:
            self.mailbox().put(None)
        return item

    def close(self) -> None:
        self.mailbox().put(None)
