"""The process ends in run() with status 0, without any cleaning up."""

from __future__ import annotations

import os

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "calls os._exit(0) in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        os._exit(0)
