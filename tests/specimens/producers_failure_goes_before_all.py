"""If the producer has failed at all, run() raises that, whoever failed first.

The results are looked at in the order of the list, producer first. But the producer often
fails *because* a consumer did: it saw ok() False.
"""

from __future__ import annotations

from base import TaskQueue as Correct

BREAKS = ("TQ-3.4",)
SAYS = {"TQ-3.4": "came first"}
SCHEDULE = False


class TaskQueue(Correct):
    def produce(self) -> None:
        try:
            self.producer(self)
        except BaseException as error:
            with self.lock:
                self.failed = True
                overruled, self.failure = self.failure, error
            if overruled is not None:
                self.log_lost(overruled)
        self.close()
