"""The import changes the working directory, empties the environment and the module path."""

from __future__ import annotations

import os
import sys

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete")
DOES = "changes the working directory, os.environ and sys.path at import"

os.chdir("/")
os.environ.clear()
sys.path.clear()

TaskQueue = Correct
