"""A single end is queued, and the first consumer that takes it leaves the others waiting.

The textbook example has one consumer. With two, run() never comes back.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# A consumer that asks twice waits for ever as well (2.12). Not 2.6: the last callback never
# ends. Not 2.14: after a failed start the end is for all.
BREAKS = ("TQ-2.1", "TQ-2.2", "TQ-2.12")
SAYS = {
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.12": "waits in get()",
}
SCHEDULE = False


class TaskQueue(Correct):
    for_all = False

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            if self.items:
                return self.items.popleft()
            self.closed = self.for_all
            return None

    def on_unstarted(self, error: BaseException) -> None:
        self.for_all = True
        super().on_unstarted(error)
