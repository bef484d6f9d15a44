"""ok() tells of the producer's failure only.

It was written for the consumers; but it is the producer that must stop when they are dead.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

BREAKS = ("TQ-3.6",)
SAYS = {"TQ-3.6": "still told"}
SCHEDULE = False


class TaskQueue(Correct):
    well = True

    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            # Never taken back, whoever fails at the same time.
            self.well = False
            self.fail(error)
        self.close()

    def on_unstarted(self, error: BaseException) -> None:
        self.well = False
        super().on_unstarted(error)

    def on_interrupt(self, started: list[threading.Thread]) -> None:
        self.well = False
        super().on_interrupt(started)

    def ok(self) -> bool:
        return self.well
