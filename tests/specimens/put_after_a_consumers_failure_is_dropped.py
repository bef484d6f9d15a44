"""Once a consumer has failed, the producer's items are dropped.

"We are stopping": but the other consumers are still there, and the producer is not told.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.7",)
SAYS = {"TQ-1.7": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    producing: threading.Thread | None = None

    def produce(self) -> None:
        self.producing = threading.current_thread()
        super().produce()

    def put(self, item: Any) -> None:
        # A failure while the producer can still put is a consumer's.
        mine = threading.current_thread() is self.producing
        if item is not None and mine and self.failed:
            return
        super().put(item)
