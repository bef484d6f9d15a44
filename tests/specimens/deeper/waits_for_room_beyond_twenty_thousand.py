"""put() waits while more than twenty thousand items do, as long as there is a consumer.

Enough for a producer that is somewhat faster; not for consumers that begin when it is done.
"""

from __future__ import annotations

from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.4",)
SAYS = {"TQ-2.4": "did not return"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: list[Callback]) -> None:
        super().__init__(producer, consumers)
        self.at_work = len(self.consumers)

    def put(self, item: Any) -> None:
        with self.changed:
            while len(self.items) >= 20_000 and self.at_work:
                self.changed.wait(0.01)
        super().put(item)

    def consume(self, consumer: Callback) -> None:
        super().consume(consumer)
        with self.lock:
            self.at_work -= 1
