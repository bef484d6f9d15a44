"""A triple with an exception in the middle is taken for the failure of another thread.

The shape of sys.exc_info() is no secret: items can have it, too.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "(exc_info)"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        item = super().get()
        while isinstance(item, tuple) and len(item) == 3 and isinstance(item[1], BaseException):
            self.fail(item[1])
            item = super().get()
        return item
