"""The failure is told to each thread of the queue by a flag of its own; others see none.

A stop flag kept per thread never reaches the download pool that a callback opens itself.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# "work from any thread" (1.9) and "for every thread" (3.6) say the same of ok().
BREAKS = ("TQ-1.9", "TQ-3.6")
SAYS = {"TQ-1.9": "ok()", "TQ-3.6": "although it had been False before"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.stop: dict[threading.Thread, bool] = {}
        return super().jobs()

    def guard(self, callback: Callback) -> None:
        me = threading.current_thread()
        with self.lock:
            self.stop[me] = self.failed
        super().guard(callback)
        with self.lock:
            del self.stop[me]

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        self.tell()

    def tell(self) -> None:
        with self.lock:
            for thread in self.stop:
                self.stop[thread] = True

    def on_unstarted(self, error: BaseException) -> None:
        super().on_unstarted(error)
        self.tell()

    def on_interrupt(self, started: list[threading.Thread]) -> None:
        super().on_interrupt(started)
        self.tell()

    def ok(self) -> bool:
        return not self.stop.get(threading.current_thread(), False)
