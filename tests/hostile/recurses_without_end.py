"""get() calls itself with the recursion limit raised to where the stack ends first on 3.10."""

from __future__ import annotations

import sys
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "recurses in get() until the stack or the interpreter gives up"


class TaskQueue(Correct):
    def log_lost(self, error: BaseException) -> None:
        """In silence: to format a traceback that deep takes longer than all else."""

    def get(self) -> Any:
        sys.setrecursionlimit(30_000)
        return self.get()
