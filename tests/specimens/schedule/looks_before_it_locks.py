"""The look at the queue is outside the lock, the wait is inside.

Shortest bad interleaving: A finds the queue open and empty; the producer closes it and
notifies nobody, as nobody waits; A takes the lock and waits. If there is an item by then, it is
never delivered.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-2.1", "TQ-2.2", "TQ-2.14")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True


class TaskQueue(Correct):
    def get(self) -> Any:
        while True:
            if not self.items and not self.closed:
                with self.changed:
                    self.changed.wait()
            with self.lock:
                if self.items:
                    return self.items.popleft()
                if self.closed:
                    return None
