"""get() finds no item, then looks whether the queue is closed, then returns the end.

Shortest bad interleaving: A finds nothing; the producer puts its last item and ends; A sees
the flag and returns None. The flag must be read first: nothing is put after it was set.
"""

from __future__ import annotations

import time
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.1", "TQ-1.6", "TQ-1.7", "TQ-1.8")
SAYS = {
    "TQ-1.1": "never delivered",
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-1.8": "never delivered",
}
SCHEDULE = True


class TaskQueue(Correct):
    def get(self) -> Any:
        while True:
            try:
                return self.items.popleft()
            except IndexError:
                if self.closed:
                    return None
                time.sleep(0.001)
