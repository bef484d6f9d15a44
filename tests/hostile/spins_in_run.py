"""run() goes round a loop of pure Python that does nothing and never yields by itself."""

from __future__ import annotations

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "spins in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        while True:
            pass
