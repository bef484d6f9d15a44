"""A semaphore lets a hundred consumers run at a time: nobody has ever asked for more."""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.8",)
SAYS = {"TQ-2.8": "had not been started"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.places = threading.BoundedSemaphore(100)
        return super().jobs()

    def consume(self, consumer: Callback) -> None:
        with self.places:
            super().consume(consumer)
