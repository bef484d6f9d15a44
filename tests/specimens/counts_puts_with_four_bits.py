"""A waiting consumer looks whether the count of puts has changed; it has four bits.

After sixteen puts in a row it has not.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# Whether sixteen puts fall between two looks is up to the schedule, but for a burst of sixteen.
BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    count = 0

    def put(self, item: Any) -> None:
        super().put(item)
        with self.lock:
            self.count = (self.count + 1) % 16

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                seen = self.count
                while seen == self.count and not self.closed:
                    self.changed.wait()
            return self.items.popleft() if self.items else None
