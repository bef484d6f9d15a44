"""Threads may keep the interpreter for an hour: nobody is preempted any more."""

from __future__ import annotations

import sys

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "sets the switch interval to an hour"


class TaskQueue(Correct):
    def run(self) -> object:
        sys.setswitchinterval(3600)
        return super().run()
