"""Every seventh item of the producer is dropped by put().

Stands for every arithmetic slip in batching: the item at the edge of a batch is in none.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# The loss knows nothing of failures: that it shows after them as well (1.6, 1.7) is explained
# by 1.1. Items of consumers (1.8) and helper threads (1.9) are kept.
BREAKS = ("TQ-1.1",)
SAYS = {"TQ-1.1": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    seen = 0
    producing: threading.Thread | None = None

    def produce(self) -> None:
        self.producing = threading.current_thread()
        super().produce()

    def put(self, item: Any) -> None:
        if item is not None and threading.current_thread() is self.producing:
            self.seen += 1
            if self.seen % 7 == 0:
                return
        super().put(item)
