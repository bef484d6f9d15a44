"""A class without get()."""

from __future__ import annotations

from typing import Any

EXPECT = ("unusable",)
DOES = "lacks get()"


class TaskQueue:
    def __init__(self, producer: Any, consumers: Any) -> None:
        pass

    def run(self) -> None:
        pass

    def put(self, item: Any) -> None:
        pass

    def ok(self) -> bool:
        return True
