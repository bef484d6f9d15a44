"""run() stops its own process by SIGSTOP: alive, silent, and deaf to SIGTERM."""

from __future__ import annotations

import os
import signal

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "sends itself SIGSTOP in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        os.kill(os.getpid(), signal.SIGSTOP)
        return super().run()
