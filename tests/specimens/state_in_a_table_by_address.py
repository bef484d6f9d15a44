"""Which queues are closed is in a table by id(); a run that fails leaves its entry there.

The next queue at that address finds itself closed.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-4.1",)
SAYS = {"TQ-4.1": "received the end"}
SCHEDULE = False

ENDED: set[int] = set()


class TaskQueue(Correct):
    def get(self) -> Any:
        if id(self) in ENDED and not self.items:
            return None
        return super().get()

    def close(self) -> None:
        super().close()
        ENDED.add(id(self))

    def outcome(self) -> object:
        if self.failure is None:
            ENDED.discard(id(self))
        return super().outcome()
