"""Consumers count themselves when their thread gets going; run() waits until none is left.

Shortest bad interleaving: the thread of A is started but has not yet counted itself; the
producer ends; run() sees a count of 0 and returns; A begins.
"""

from __future__ import annotations

import threading

from base import Callback
from base import TaskQueue as Correct

# A's failure, should it fail, comes too late for run() (3.2), and nobody waits for it (2.18).
BREAKS = ("TQ-2.3", "TQ-2.18", "TQ-3.2")
SAYS = {"TQ-2.3": "still running", "TQ-2.18": "left behind", "TQ-3.2": "run() returned"}
SCHEDULE = True


class TaskQueue(Correct):
    present = 0

    def consume(self, consumer: Callback) -> None:
        with self.changed:
            self.present += 1
        super().consume(consumer)
        with self.changed:
            self.present -= 1
            self.changed.notify_all()

    def wait_for(self, started: list[threading.Thread]) -> None:
        if len(started) <= len(self.consumers):
            return super().wait_for(started)
        started[-1].join()  # the producer
        with self.changed:
            self.changed.wait_for(lambda: not self.present)
