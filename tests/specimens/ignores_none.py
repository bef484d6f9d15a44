"""put(None) does nothing and says nothing.

The producer that computed None by mistake is never told.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# Under -O it is not refused either.
BREAKS = ("TQ-1.5", "TQ-1.10")
SAYS = {"TQ-1.5": "was accepted", "TQ-1.10": "was accepted"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        if item is not None:
            super().put(item)
