"""After a normal end only the first consumer that asks hears of it, as often as it likes.

"Done" is remembered for the thread that saw it instead of for the queue.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

# After a failure the end is for all, and it is sticky: neither 2.2 nor 2.12.
BREAKS = ("TQ-2.1",)
SAYS = {"TQ-2.1": "waits in get()"}
SCHEDULE = False


class TaskQueue(Correct):
    owner: threading.Thread | None = None

    def get(self) -> Any:
        with self.changed:
            while not self.items and not (self.closed and self.is_mine()):
                self.changed.wait()
            return self.items.popleft() if self.items else None

    def is_mine(self) -> bool:
        self.owner = self.owner or threading.current_thread()
        return self.failed or self.owner is threading.current_thread()

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        with self.changed:
            self.changed.notify_all()
