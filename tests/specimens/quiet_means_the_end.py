"""get() takes 0.3 s without an item for the end.

`except queue.Empty: return None` ends the consumers while the producer is still thinking.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# What is put after the quiet is never delivered, although every consumer went on until the
# end it was given: 1.1 as well as 1.4.
BREAKS = ("TQ-1.1", "TQ-1.4")
SAYS = {"TQ-1.1": "never delivered", "TQ-1.4": "end before"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            self.changed.wait_for(lambda: self.items or self.closed, timeout=0.3)
            return self.items.popleft() if self.items else None
