"""put() takes three seconds: alive, right, and too slow for any suite."""

from __future__ import annotations

import time
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("incomplete", "nonconformant", "conformant")
DOES = "needs 3 s for each put()"


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        time.sleep(3)
        super().put(item)
