"""run() waits until the queue is empty, even when nobody is left to empty it.

`queue.join()` again: consumers that stopped early make it wait for ever.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# All callbacks have ended and run() has not come back: 2.6 and 2.17 say so too.
BREAKS = ("TQ-2.5", "TQ-2.6", "TQ-2.17")
SAYS = {
    "TQ-2.5": "run() did not come back",
    "TQ-2.6": "never came back",
    "TQ-2.17": "never came back",
}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        item = super().get()
        with self.changed:
            self.changed.notify_all()
        return item

    def wait_for(self, started: list[threading.Thread]) -> None:
        super().wait_for(started)
        with self.changed:
            self.changed.wait_for(lambda: not self.items)
