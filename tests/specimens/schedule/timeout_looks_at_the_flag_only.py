"""A wait that timed out looks whether the queue is closed, but not whether it is empty.

Shortest bad interleaving: A's wait times out; before A has the lock again the producer puts
its last item and ends; A sees the flag and returns None. The long timeout makes it a bug of
one run in a million.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-1.4", "TQ-1.6", "TQ-1.7", "TQ-1.8")
SAYS = {
    "TQ-1.4": "received the end although",
    "TQ-1.1": "never delivered",
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-1.8": "never delivered",
}
SCHEDULE = True


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                if not self.changed.wait(timeout=5) and self.closed:
                    return None
            return self.items.popleft() if self.items else None
