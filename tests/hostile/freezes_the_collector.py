"""The garbage collector is switched off and everything alive is made permanent."""

from __future__ import annotations

import gc

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete")
DOES = "disables and freezes the garbage collector"


class TaskQueue(Correct):
    def run(self) -> object:
        gc.disable()
        gc.set_threshold(0)
        gc.freeze()
        return super().run()
