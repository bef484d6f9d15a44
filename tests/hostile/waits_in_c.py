"""get() waits in a C library, with the interpreter released: no Python frame ever moves on."""

from __future__ import annotations

import ctypes
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete")
DOES = "waits in pause() of the C library in get()"


class TaskQueue(Correct):
    def get(self) -> Any:
        while True:
            ctypes.CDLL(None).pause()
