"""The producer's thread hands the end over in person and waits for somebody to take it.

A rendezvous (a queue of size one for the end) works until every consumer has left early.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# The producer itself has ended; it is its thread that hangs. Hence 2.6 and 2.17 too.
BREAKS = ("TQ-2.5", "TQ-2.6", "TQ-2.17")
SAYS = {
    "TQ-2.5": "run() did not come back",
    "TQ-2.6": "never came back",
    "TQ-2.17": "never came back",
}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.taken = threading.Event()
        return super().jobs()

    def produce(self) -> None:
        super().produce()
        self.taken.wait()

    def get(self) -> Any:
        item = super().get()
        if item is None:
            self.taken.set()
        return item
