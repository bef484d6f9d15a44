"""Everything ever delivered is kept in a list, "for debugging".

A download of 100,000 parts keeps all of them in memory until its end.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.11",)
SAYS = {"TQ-1.11": "still alive"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        item = super().get()
        vars(self).setdefault("delivered", []).append(item)
        return item
