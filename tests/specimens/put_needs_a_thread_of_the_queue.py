"""put() looks up its thread in a table of counters, and helper threads have no entry.

Per-thread statistics are often kept in a dictionary that is filled once, at the start.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-1.9",)
SAYS = {"TQ-1.9": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.puts: dict[threading.Thread, int] = {}
        return super().jobs()

    def guard(self, callback: Callback) -> None:
        self.puts[threading.current_thread()] = 0
        super().guard(callback)

    def put(self, item: Any) -> None:
        if item is not None:
            self.puts[threading.current_thread()] += 1
        super().put(item)
