"""A producer that fails before its first put leaves the consumers waiting.

The stream is opened by the first put, and only an open stream is closed.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.2",)
SAYS = {"TQ-2.2": "waits in get()"}
SCHEDULE = False


class TaskQueue(Correct):
    opened = False

    def put(self, item: Any) -> None:
        super().put(item)
        self.opened = True

    def produce(self) -> None:
        returned = False

        def producer(queue: Any) -> None:
            nonlocal returned
            self.producer(queue)
            returned = True

        self.guard(producer)
        if self.opened or returned:
            self.close()
