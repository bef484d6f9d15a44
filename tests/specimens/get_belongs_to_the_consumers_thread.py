"""get() raises in any thread but those that run() started.

Thread-affine state (a connection, a COM object) leaks its rule into the queue.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.9",)
SAYS = {"TQ-1.9": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def jobs(self) -> list[Callable[[], None]]:
        self.here = threading.local()

        def mark(job: Callable[[], None]) -> Callable[[], None]:
            def marked() -> None:
                self.here.known = True
                job()

            return marked

        return [mark(job) for job in super().jobs()]

    def get(self) -> Any:
        if not hasattr(self.here, "known"):
            raise RuntimeError("get() was called from a foreign thread")
        return super().get()
