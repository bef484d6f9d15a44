"""The constructor takes a lock twice."""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "unusable")
DOES = "hangs in the constructor"


class TaskQueue(Correct):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
