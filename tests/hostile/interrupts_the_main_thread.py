"""A helper thread calls `_thread.interrupt_main()` and then sys.exit() during every run()."""

from __future__ import annotations

import _thread
import sys
import threading

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete", "unusable", "conformant")
DOES = "interrupts the main thread from a helper thread"


def helper() -> None:
    _thread.interrupt_main()
    sys.exit(1)


class TaskQueue(Correct):
    def run(self) -> object:
        threading.Thread(target=helper, daemon=True).start()
        return super().run()
