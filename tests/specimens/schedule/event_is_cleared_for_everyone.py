"""Consumers share one Event, and each clears it when it has been woken.

Shortest bad interleaving: B finds nothing; the producer ends and sets the event; A, which
waited, wakes and clears it; B now waits for an event that nobody sets again. With one
consumer it is right.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-1.6", "TQ-2.1", "TQ-2.2", "TQ-2.14")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-1.6": "never delivered",
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.bell = threading.Event()
        return super().jobs()

    def put(self, item: Any) -> None:
        super().put(item)
        self.bell.set()

    def get(self) -> Any:
        while True:
            with self.lock:
                if self.items:
                    return self.items.popleft()
                if self.closed:
                    return None
            self.bell.wait()
            self.bell.clear()

    def close(self) -> None:
        super().close()
        self.bell.set()
