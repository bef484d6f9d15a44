"""A watcher goes home when all items are taken; where some are left over, it stays.

With consumers that take to the end there is nothing to be seen.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# It stays with the queue, its items and their like in its hands.
BREAKS = ("TQ-2.7", "TQ-2.18", "TQ-3.10")
SAYS = {"TQ-2.7": "threads left", "TQ-2.18": "were alive half a second", "TQ-3.10": "items"}
SCHEDULE = False


class TaskQueue(Correct):
    def start_all(self, started: list[threading.Thread]) -> None:
        super().start_all(started)
        if len(started) > len(self.consumers):
            threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.closed and not self.items)

    def put(self, item: Any) -> None:
        super().put(item)
        with self.changed:
            self.changed.notify_all()

    def get(self) -> Any:
        item = super().get()
        with self.changed:
            self.changed.notify_all()
        return item
