"""get() calls itself with a recursion limit that is high."""

from __future__ import annotations

import sys
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "recurses in get() until the interpreter gives up"


class TaskQueue(Correct):
    def log_lost(self, error: BaseException) -> None:
        """In silence: to format so deep a traceback takes many seconds."""

    def get(self) -> Any:
        sys.setrecursionlimit(3_000)
        return self.get()
