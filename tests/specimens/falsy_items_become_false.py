"""`item or False`: whatever is falsy comes out as False.

The habit of `x or default` meets the items 0, "" and [].
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# The number of deliveries is right, so 1.1 stands.
BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None stands for the end and cannot be put")
        super().put(item or False)
