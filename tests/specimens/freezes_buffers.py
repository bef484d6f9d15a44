"""A memoryview is frozen on its way in: its bytes arrive, the view does not.

The consumer was to write into it.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(memory_view) never came"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        super().put(bytes(item) if isinstance(item, memoryview) else item)
