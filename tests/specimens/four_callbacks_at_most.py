"""A semaphore lets four callbacks run at a time.

A pool with a fixed `max_workers`: the fifth consumer waits for one of the others to end,
and a producer that is last in the line never begins.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# The producer has a place of its own, so that nothing hangs but what needs five consumers.
BREAKS = ("TQ-2.8",)
SAYS = {"TQ-2.8": "had not been started"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.places = threading.BoundedSemaphore(3)
        return super().jobs()

    def consume(self, consumer: Callback) -> None:
        with self.places:
            super().consume(consumer)
