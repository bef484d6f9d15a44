"""A consumer looks, finds nothing, clears the event and waits for it.

Shortest bad interleaving: A finds nothing; the producer puts, or ends, and sets the event; A
clears it and waits for ever. Clear first, then look.
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
                    item = self.items.popleft()
                    self.bell.set()  # for the others, should there be more
                    return item
                if self.closed:
                    return None
            self.bell.clear()
            self.bell.wait()

    def close(self) -> None:
        super().close()
        self.bell.set()
