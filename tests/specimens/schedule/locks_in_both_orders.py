"""put() locks the items and then the state, ok() locks the state and then the items.

Shortest bad interleaving: the producer, in put(), holds the items; a consumer, in ok(), holds
the state; each waits for the other.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# put() is outstanding for ever: 2.4. Everybody else is stuck behind it.
BREAKS = ("TQ-2.4",)
SAYS = {"TQ-2.4": "put() did not return"}
SCHEDULE = True


class TaskQueue(Correct):
    late = 0
    backlog = 0

    def jobs(self) -> Any:
        self.state = threading.Lock()
        return super().jobs()

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        with self.changed:
            self.items.append(item)
            self.changed.notify()
            with self.state:
                self.late += self.failed

    def ok(self) -> bool:
        with self.state:
            with self.lock:
                self.backlog = len(self.items)
            return not self.failed
