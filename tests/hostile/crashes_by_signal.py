"""run() sends SIGSEGV to its own process: the death of a broken C extension."""

from __future__ import annotations

import os
import signal

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "dies of SIGSEGV in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        os.kill(os.getpid(), signal.SIGSEGV)
        return super().run()
