"""A consumer that fails takes one more item with it.

Prefetching: the next item is already in the hands of the thread when its callback fails.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.7",)
SAYS = {"TQ-1.7": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def consume(self, consumer: Callback) -> None:
        try:
            consumer(self)
        except BaseException as error:
            with self.lock:
                if self.items:
                    self.items.popleft()
            self.fail(error)
