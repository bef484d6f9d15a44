"""A consumer that asks again after the end gets an exception.

"Closed" as an error: two nested loops over get() then fail instead of ending.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.12",)
SAYS = {"TQ-2.12": "was delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.here = threading.local()
        return super().jobs()

    def get(self) -> Any:
        if hasattr(self.here, "ended"):
            raise EOFError("the end was delivered before")
        item = super().get()
        if item is None:
            self.here.ended = True
        return item
