"""run() waits for an event that counts who is busy, and counts without a lock.

Shortest bad interleaving: two callbacks end; both read 2; both write 1; nobody ever sets it.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# Everything has ended but run().
BREAKS = ("TQ-2.1", "TQ-2.2", "TQ-2.5", "TQ-2.6", "TQ-2.17")
SAYS = {
    "TQ-2.1": "run() did not come back",
    "TQ-2.2": "run() did not come back",
    "TQ-2.5": "run() did not come back",
    "TQ-2.6": "run() did not come back",
    "TQ-2.17": "run() did not come back",
}
SCHEDULE = True


class AllEnded(threading.Event):
    """Set when as many have ended as were busy in the beginning."""

    def __init__(self, busy: int) -> None:
        super().__init__()
        self.busy = busy

    def one_less(self) -> None:
        self.busy = self.busy - 1
        if self.busy == 0:
            self.set()


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.all_ended = AllEnded(1 + len(self.consumers))
        return super().jobs()

    def produce(self) -> None:
        super().produce()
        self.all_ended.one_less()

    def consume(self, consumer: Callback) -> None:
        super().consume(consumer)
        self.all_ended.one_less()

    def wait_for(self, started: list[threading.Thread]) -> None:
        if len(started) > len(self.consumers):
            self.all_ended.wait()
        super().wait_for(started)
