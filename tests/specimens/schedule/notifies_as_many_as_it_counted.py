"""The end wakes as many consumers as were waiting a moment ago.

Shortest bad interleaving: the producer ends and reads waiting = 0; A finds the queue open and
empty and waits; the producer closes and notifies nobody.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.1", "TQ-2.2", "TQ-2.14")
SAYS = {
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True


class TaskQueue(Correct):
    waiting = 0

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.waiting += 1
                self.changed.wait()
                self.waiting -= 1
            return self.items.popleft() if self.items else None

    def close(self) -> None:
        count = self.waiting
        with self.changed:
            self.closed = True
            self.changed.notify(count)
