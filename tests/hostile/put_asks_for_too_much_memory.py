"""put() asks for a petabyte and fails with MemoryError."""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "raises MemoryError in put()"


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        self.buffer = bytearray(1 << 50)
        super().put(item)
