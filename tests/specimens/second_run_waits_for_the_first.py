"""A second run() during the first waits for it and only then raises.

A lock around the whole of run() turns a wrong call into a hang: of the thread, or, from
inside a callback, of everything.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-2.15",)
SAYS = {"TQ-2.15": "did not come back"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        super().__init__(producer, consumers)
        self.running = threading.Lock()

    def run(self) -> object:
        with self.running:
            return super().run()
