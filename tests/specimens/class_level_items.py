"""The items lie in a list of the class: queues that run at the same time share them.

A mutable default at class level. Cleared before each run, it passes every test that runs one
queue at a time.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, ClassVar

from base import TaskQueue as Correct

BREAKS = ("TQ-4.1",)
SAYS = {"TQ-4.1": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    shared: ClassVar[deque[Any]] = deque()
    running = 0
    counting = threading.Lock()

    def start_all(self, started: list[threading.Thread]) -> None:
        with TaskQueue.counting:
            TaskQueue.running += 1
        self.items = TaskQueue.shared
        super().start_all(started)

    def wait_for(self, started: list[threading.Thread]) -> None:
        try:
            super().wait_for(started)
        finally:
            with TaskQueue.counting:
                TaskQueue.running -= 1
                if not TaskQueue.running:
                    TaskQueue.shared.clear()
