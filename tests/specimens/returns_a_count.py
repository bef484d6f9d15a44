"""run() returns the number of items instead of None.

Handy, until a caller writes `return queue.run()` and a wrapper takes 0 for a failure.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-3.8",)
SAYS = {"TQ-3.8": "returned"}
SCHEDULE = False


class TaskQueue(Correct):
    count = 0

    def put(self, item: Any) -> None:
        super().put(item)
        with self.lock:
            self.count += 1

    def outcome(self) -> object:
        super().outcome()
        return self.count
