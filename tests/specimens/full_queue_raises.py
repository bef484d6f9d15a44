"""put() raises queue.Full once 256 items wait.

`put_nowait` on a bounded queue does not hang; it ends the producer instead.
"""

from __future__ import annotations

import queue
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.4",)
SAYS = {"TQ-2.4": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        with self.lock:
            if len(self.items) >= 256:
                raise queue.Full
        super().put(item)
