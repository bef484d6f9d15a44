"""What a consumer puts goes into a side list that nothing ever reads.

A queue that was split in "in" and "retry" queues, with the second half never written.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.8",)
SAYS = {"TQ-1.8": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.retries: list[Any] = []
        self.here = threading.local()
        return super().jobs()

    def consume(self, consumer: Callback) -> None:
        self.here.consumes = True
        super().consume(consumer)

    def put(self, item: Any) -> None:
        if item is not None and getattr(self.here, "consumes", False):
            self.retries.append(item)
        else:
            super().put(item)
