"""Every fiftieth item that is handed out stays at the head and is handed out again.

Peeking, then removing in a second step that is sometimes skipped: the usual slip of
at-least-once queues. A resumable upload then sends the same part twice.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# Not 1.2: the twin follows at once. Not 1.11: it has not been delivered for the last time.
BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "was delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    handed_out = 0

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed:
                self.changed.wait()
            if not self.items:
                return None
            self.handed_out += 1
            if self.handed_out % 50 == 0:
                return self.items[0]
            return self.items.popleft()
