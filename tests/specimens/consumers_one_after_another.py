"""All consumers share one thread: the second starts when the first has ended.

A loop over the consumers in the wrong place. The results are right; the concurrency is gone.
"""

from __future__ import annotations

from collections.abc import Callable

from base import TaskQueue as Correct

BREAKS = ("TQ-2.8",)
SAYS = {"TQ-2.8": "had not been started"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> list[Callable[[], None]]:
        return [self.consume_in_turn, self.produce]

    def consume_in_turn(self) -> None:
        for consumer in self.consumers:
            self.consume(consumer)
