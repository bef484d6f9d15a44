"""`len` is always 0 and `isinstance` always True, for the whole process, from run() on."""

from __future__ import annotations

import builtins

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete", "unusable")
DOES = "replaces len and isinstance in run()"


class TaskQueue(Correct):
    def run(self) -> object:
        builtins.len = lambda thing: 0
        builtins.isinstance = lambda thing, kind: True
        return super().run()
