"""A deque is thread-safe, so there is no lock: `if self.items: return self.items.popleft()`.

Shortest bad interleaving: one item lies there; A sees it; B sees it and takes it; A's
popleft() raises IndexError. Each step is atomic, the two together are not.
"""

from __future__ import annotations

import time
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.4",)
SAYS = {"TQ-1.4": "get() raised IndexError"}
SCHEDULE = True


class TaskQueue(Correct):
    def get(self) -> Any:
        while True:
            closed = self.closed
            if self.items:
                return self.items.popleft()
            if closed:
                return None
            time.sleep(0.001)
