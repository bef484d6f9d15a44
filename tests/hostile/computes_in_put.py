"""put() computes for a second and a half: alive, right, and at the expense of everybody else."""

from __future__ import annotations

import time
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("incomplete", "nonconformant")
DOES = "uses 1.5 s of processor time for each put()"


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        began = time.thread_time()
        while time.thread_time() - began < 1.5:
            pass
        super().put(item)
