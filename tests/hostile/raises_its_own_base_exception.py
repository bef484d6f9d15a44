"""run() does its work and then raises a BaseException that is no Exception."""

from __future__ import annotations

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "raises a BaseException of its own from run()"


class Farewell(BaseException):
    """Said at the end of every run."""

    def __str__(self) -> str:
        raise Farewell


class TaskQueue(Correct):
    def run(self) -> object:
        super().run()
        raise Farewell
