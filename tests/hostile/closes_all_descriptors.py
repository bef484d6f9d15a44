"""run() closes every file descriptor of the process, the way daemons do."""

from __future__ import annotations

import os

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete", "unusable")
DOES = "closes file descriptors 0 to 1023 in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        os.closerange(0, 1024)
        return super().run()
