"""get() waits in a C library without releasing the interpreter: every thread stands still.

No watchdog inside the process ever runs again, and a signal handler in Python does not
either.
"""

from __future__ import annotations

import ctypes
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete")
DOES = "waits in C in get() and keeps the interpreter lock"


class TaskQueue(Correct):
    def get(self) -> Any:
        while True:
            ctypes.PyDLL(None).sleep(3600)
