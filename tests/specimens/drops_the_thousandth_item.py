"""The thousandth item of the producer is dropped: small tests never notice.

A ring buffer or a counter that wraps loses one item at the seam.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# As with every seventh, 1.6 and 1.7 would show it too, were their workloads that long.
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
            if self.seen == 1000:
                return
        super().put(item)
