"""ok() tells of the producer's failure only.

It was written for the consumers; but it is the producer that must stop when they are dead.
"""

from __future__ import annotations

import threading

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.6",)
SAYS = {"TQ-3.6": "still told"}
SCHEDULE = False


class TaskQueue(Correct):
    consumers_only = False

    def consume(self, consumer: Callback) -> None:
        try:
            consumer(self)
        except BaseException as error:
            with self.lock:
                self.consumers_only = not self.failed or self.consumers_only
            self.fail(error)

    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            self.consumers_only = False
            self.fail(error)
        self.close()

    def on_unstarted(self, error: BaseException) -> None:
        self.consumers_only = False
        super().on_unstarted(error)

    def on_interrupt(self, started: list[threading.Thread]) -> None:
        self.consumers_only = False
        super().on_interrupt(started)

    def ok(self) -> bool:
        return not self.failed or self.consumers_only
