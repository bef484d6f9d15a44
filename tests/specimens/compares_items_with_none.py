"""put() asks `item == None` instead of `item is None`, and so runs the item's own `__eq__`.

NumPy arrays and ORM columns overload `==`; the answer is an array, an error or a yes.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "raised"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        if item == None:  # noqa: E711
            raise ValueError("None stands for the end and cannot be put")
        super().put(item)
