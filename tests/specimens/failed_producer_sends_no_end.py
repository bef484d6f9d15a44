"""The end is sent by the line after the producer's call, which an exception skips.

No try/finally: the most frequent hang of all hand-written queues.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-2.2",)
SAYS = {"TQ-2.2": "waits in get()"}
SCHEDULE = False


class TaskQueue(Correct):
    def produce(self) -> None:
        try:
            self.producer(self)
            self.close()
        except BaseException as error:
            self.fail(error)
