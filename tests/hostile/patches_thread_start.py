"""`threading.Thread.start` is replaced by a function that starts nothing.

Whoever watches this process from inside had better started its threads before.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete", "unusable")
DOES = "replaces threading.Thread.start by a no-op at import"


def start(self: Any) -> None:
    self._started.set()


threading.Thread.start = start  # type: ignore[method-assign]

TaskQueue = Correct
