"""The constructor takes one argument."""

from __future__ import annotations

from typing import Any

EXPECT = ("unusable", "nonconformant")
DOES = "cannot be called with a producer and consumers"


class TaskQueue:
    def __init__(self, callbacks: Any) -> None:
        self.callbacks = callbacks

    def run(self) -> None:
        pass

    def put(self, item: Any) -> None:
        pass

    def get(self) -> Any:
        pass

    def ok(self) -> bool:
        return True
