"""A put after a consumer's failure turns ok() True again.

A health flag that "recovers": the producer polls it between two puts and never sees it
down.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# A failure of the producer or an interrupt stays: neither 3.7 nor 2.16.
BREAKS = ("TQ-3.6",)
SAYS = {"TQ-3.6": "although it had been False before"}
SCHEDULE = False


class TaskQueue(Correct):
    recovered = False
    final = False

    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            self.final = True
            self.fail(error)
        self.close()

    def consume(self, consumer: Callback) -> None:
        try:
            consumer(self)
        except BaseException as error:
            self.fail(error)
            self.recovered = False

    def put(self, item: Any) -> None:
        super().put(item)
        self.recovered = self.failed

    def on_unstarted(self, error: BaseException) -> None:
        self.final = True
        super().on_unstarted(error)

    def on_interrupt(self, started: list[threading.Thread]) -> None:
        self.final = True
        super().on_interrupt(started)

    def ok(self) -> bool:
        return not self.failed or (self.recovered and not self.final)
