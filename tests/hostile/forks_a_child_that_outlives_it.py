"""The first run() forks a child that holds all open pipes for a minute and a half.

Who waits for the end of a pipe instead of the end of a process waits for the child.
"""

from __future__ import annotations

import os
import time

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "forks a child that keeps its descriptors open"

ONCE = iter([True])


class TaskQueue(Correct):
    def run(self) -> object:
        if next(ONCE, False) and os.fork() == 0:
            try:
                time.sleep(90)
            finally:
                os._exit(0)
        return super().run()
