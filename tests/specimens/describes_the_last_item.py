"""put() keeps a description of the last item for the error message of a later day.

Formatting an item runs its code, and that may raise.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(unprintable)) by the producer raised RuntimeError"}
SCHEDULE = False


class TaskQueue(Correct):
    last = ""

    def put(self, item: Any) -> None:
        self.last = f"{item!r:.40}"
        super().put(item)
