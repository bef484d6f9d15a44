"""Empty strings, lists and dictionaries are dropped: "there is nothing to do".

`if item:` where `if item is not None:` was meant.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# Ordinary items are delivered: it is the kind of item that does it, 1.3 and not 1.1.
BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "never delivered"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        if hasattr(type(item), "__len__") and len(item) == 0:
            return
        super().put(item)
