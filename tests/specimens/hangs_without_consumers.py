"""Without consumers run() waits for the first of them to report.

`max()` of nothing, a latch counted down by nobody: the empty case was never run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# Not refused (2.13), not coming back (2.9) and so later than any limit (2.6, 2.17).
BREAKS = ("TQ-2.6", "TQ-2.9", "TQ-2.13", "TQ-2.17")
SAYS = {
    "TQ-2.6": "never came back",
    "TQ-2.9": "run() did not come back",
    "TQ-2.13": "was accepted",
    "TQ-2.17": "never came back",
}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        listed = list(consumers)
        super().__init__(producer, listed or [lambda queue: None])
        self.consumers = listed
        self.reported = threading.Event()

    def consume(self, consumer: Any) -> None:
        super().consume(consumer)
        self.reported.set()

    def wait_for(self, started: list[threading.Thread]) -> None:
        super().wait_for(started)
        if not self.failed:
            self.reported.wait()
