"""SIGINT and SIGTERM are ignored, and then run() hangs: only SIGKILL helps."""

from __future__ import annotations

import contextlib
import signal
import threading

from base import TaskQueue as Correct

EXPECT = ("nonconformant",)
DOES = "ignores SIGINT and SIGTERM and hangs in run()"

with contextlib.suppress(ValueError):  # not the main thread
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


class TaskQueue(Correct):
    def run(self) -> object:
        return threading.Event().wait()
