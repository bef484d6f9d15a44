"""Each put() starts a thread that never ends, up to five hundred in the process."""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "leaks a thread per put()"

LEFT = iter(range(500))


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        super().put(item)
        if next(LEFT, None) is not None:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
