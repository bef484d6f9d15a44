"""SIGINT does nothing, and run() catches KeyboardInterrupt and waits on.

Apart from 2.10 and what follows from it the queue is correct.
"""

from __future__ import annotations

import contextlib
import signal
import threading

from base import TaskQueue as Correct

EXPECT = ("conformant", "nonconformant", "incomplete")
DOES = "cannot be interrupted"

with contextlib.suppress(ValueError):  # not the main thread
    signal.signal(signal.SIGINT, lambda number, frame: None)


class TaskQueue(Correct):
    def wait_for(self, started: list[threading.Thread]) -> None:
        for thread in started:
            while thread.is_alive():
                with contextlib.suppress(KeyboardInterrupt):
                    thread.join()
