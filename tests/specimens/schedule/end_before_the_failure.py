"""When the producer fails, the end is sent first and the failure recorded second.

Shortest bad interleaving: the producer closes the queue; A takes the end and asks ok(), which
is still True; the producer records its failure. Between the two lies a single line.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.7",)
SAYS = {"TQ-3.7": "ok() is still True"}
SCHEDULE = True


class TaskQueue(Correct):
    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            self.close()
            self.fail(error)
        else:
            self.close()
