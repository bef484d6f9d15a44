"""run() starts nothing and waits for ever."""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "hangs in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        return threading.Event().wait()
