"""Texts are made plain: str(item) makes a str of what is a subclass of it.

A path or a translated message loses what made it one.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(text_subclass) never came"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        super().put(str(item) if isinstance(item, str) else item)
