"""get() goes round an empty loop while there is nothing to take, and after the end as well."""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "spins in get() for ever once the items are taken"


class TaskQueue(Correct):
    def get(self) -> Any:
        while not self.items:
            pass
        return super().get()
