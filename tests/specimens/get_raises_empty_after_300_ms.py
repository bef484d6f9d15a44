"""get() waits 0.3 s for an item and then raises queue.Empty.

`queue.get(timeout=...)` copied from an example; the consumers die whenever the producer
waits for the network.
"""

from __future__ import annotations

import queue
from typing import Any

from base import TaskQueue as Correct

# Empty leaves the consumer and is raised by run(), as it should be: 3.8 stands.
BREAKS = ("TQ-1.4",)
SAYS = {"TQ-1.4": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            if not self.changed.wait_for(lambda: self.items or self.closed, timeout=0.3):
                raise queue.Empty
            return self.items.popleft() if self.items else None
