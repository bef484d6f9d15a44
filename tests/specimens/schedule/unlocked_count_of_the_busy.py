"""run() waits until a counter of busy callbacks is 0, and the counter has no lock.

Shortest bad interleaving: two callbacks end; both read 2; both write 1; nobody ever writes 0.
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


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.busy = 1 + len(self.consumers)
        self.all_ended = threading.Event()
        return super().jobs()

    def produce(self) -> None:
        super().produce()
        self.count_down()

    def consume(self, consumer: Callback) -> None:
        super().consume(consumer)
        self.count_down()

    def count_down(self) -> None:
        self.busy = max(self.busy - 1, 0)
        if self.busy == 0:
            self.all_ended.set()

    def wait_for(self, started: list[threading.Thread]) -> None:
        if len(started) > len(self.consumers):
            self.all_ended.wait()
        super().wait_for(started)
