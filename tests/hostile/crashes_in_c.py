"""get() reads address 0 through ctypes."""

from __future__ import annotations

import ctypes
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "dereferences a null pointer in get()"


class TaskQueue(Correct):
    def get(self) -> Any:
        ctypes.string_at(0)
        return super().get()
