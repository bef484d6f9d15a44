"""What a callback returns is put into the queue, item by item: "the last batch".

Convenient for one producer, and for every other a surprise.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-4.4",)
SAYS = {"TQ-4.4": "that nobody had put"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        def work(q: TaskQueue) -> None:
            result = callback(q)
            if callback is self.producer and isinstance(result, list):
                for item in result:
                    self.put(item)

        super().guard(work)
