"""run() waits until every consumer has been given the end, and 0.5 s more, but not longer.

`queue.join()` counts items, not threads. What a consumer does after the end, such as closing
its file, happens behind the caller's back.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# The late consumer is left behind: 2.18. Should it then fail, nobody hears of it, which 3.2
# would say; the grace of 0.5 s keeps that to callbacks that fail long after the end.
BREAKS = ("TQ-2.3", "TQ-2.18")
SAYS = {"TQ-2.3": "came back while", "TQ-2.18": "were alive half a second"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.here = threading.local()
        self.served = 0
        return super().jobs()

    def consume(self, consumer: Callback) -> None:
        self.here.unserved = True
        super().consume(consumer)
        self.serve()

    def get(self) -> Any:
        item = super().get()
        if item is None:
            self.serve()
        return item

    def serve(self) -> None:
        if getattr(self.here, "unserved", False):
            self.here.unserved = False
            with self.changed:
                self.served += 1
                self.changed.notify_all()

    def wait_for(self, started: list[threading.Thread]) -> None:
        if len(started) <= len(self.consumers):  # a start failed
            return super().wait_for(started)
        started[-1].join()  # the producer
        with self.changed:
            self.changed.wait_for(lambda: self.served == len(self.consumers))
        for thread in started:
            thread.join(timeout=0.5)
