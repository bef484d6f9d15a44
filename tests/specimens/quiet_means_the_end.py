"""get() takes 0.3 s without an item for the end.

`except queue.Empty: return None` ends the consumers while the producer is still thinking.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# What is put after the quiet is never delivered, but nobody took until the true end: no 1.1.
BREAKS = ("TQ-1.4",)
SAYS = {"TQ-1.4": "received the end"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            self.changed.wait_for(lambda: self.items or self.closed, timeout=0.3)
            return self.items.popleft() if self.items else None
