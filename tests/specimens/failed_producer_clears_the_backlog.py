"""When the producer fails, what is still waiting is thrown away.

"The job failed anyway": but the parts already read could have been sent, and were counted
as sent.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-1.6",)
SAYS = {"TQ-1.6": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            with self.lock:
                self.items.clear()
            self.fail(error)
        self.close()
