"""`sys.stdout`, `sys.stderr` and their originals become None."""

from __future__ import annotations

import sys

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete")
DOES = "sets sys.stdout, sys.stderr and sys.stdin to None at import"

for name in ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"):
    setattr(sys, name, None)

TaskQueue = Correct
