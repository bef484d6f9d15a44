"""run() installs trace functions for all threads, in place of any that were there.

Coverage and preemption by tracing lose their hook, and everything becomes slow.
"""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

from base import TaskQueue as Correct

EXPECT = ("conformant", "incomplete", "nonconformant")
DOES = "replaces the trace and profile functions of all threads"


def trace(frame: FrameType, event: str, argument: object) -> Any:
    return trace


class TaskQueue(Correct):
    def run(self) -> object:
        threading.settrace(trace)
        threading.setprofile(lambda *arguments: None)
        sys.settrace(trace)
        return super().run()
