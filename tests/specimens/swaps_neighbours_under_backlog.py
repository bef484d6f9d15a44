"""With more than three items waiting, the second is handed out before the first.

Queues that "rebalance" or prefetch under load keep their order in every test without load.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.2",)
SAYS = {"TQ-1.2": "before"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            if len(self.items) > 3:
                self.items[0], self.items[1] = self.items[1], self.items[0]
            return self.items.popleft() if self.items else None
