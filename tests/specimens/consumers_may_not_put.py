"""put() raises in the thread of a consumer.

A check of roles, added in good faith, that no retry or fan-out survives.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.8",)
SAYS = {"TQ-1.8": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.here = threading.local()
        return super().jobs()

    def consume(self, consumer: Callback) -> None:
        self.here.consumes = True
        super().consume(consumer)

    def put(self, item: Any) -> None:
        if item is not None and getattr(self.here, "consumes", False):
            raise PermissionError("only the producer puts")
        super().put(item)
