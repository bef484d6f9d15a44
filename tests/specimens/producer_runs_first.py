"""The consumers are let in when the producer has ended.

"Collect, then process": a producer that reads how far its consumers are waits for ever, and
the whole stream is in memory.
"""

from __future__ import annotations

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.8",)
SAYS = {"TQ-2.8": "had not been started"}
SCHEDULE = False


class TaskQueue(Correct):
    def consume(self, consumer: Callback) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.closed)
        super().consume(consumer)
