"""When the producer fails, the end goes out first, and ok() turns False when it was taken.

Two steps in the wrong order: a consumer sees the end, asks ok(), hears True and commits
half a file.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# The failure is told when a consumer has asked ok() behind the end, when all have ended, or
# after half a second: no luck is needed, and 2.17 and 3.6 stand.
BREAKS = ("TQ-3.7",)
SAYS = {"TQ-3.7": "the end had been handed out"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.here = threading.local()
        self.misled = threading.Event()
        self.present = len(self.consumers)
        return super().jobs()

    def get(self) -> Any:
        item = super().get()
        self.here.ended = item is None
        return item

    def ok(self) -> bool:
        answer = super().ok()
        if getattr(self.here, "ended", False):
            self.misled.set()
        return answer

    def consume(self, consumer: Callback) -> None:
        super().consume(consumer)
        with self.lock:
            self.present -= 1
            if not self.present:
                self.misled.set()

    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            self.close()
            self.misled.wait(0.5)
            self.fail(error)
        self.close()
