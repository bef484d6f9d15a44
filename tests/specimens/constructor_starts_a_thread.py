"""The constructor starts a helper thread, which waits for run().

Built and never run, the queue leaves a thread until it is collected; built before a fork(),
it is broken in the child.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable

from base import Callback
from base import TaskQueue as Correct

# run() ends it, and so does the end of the queue: not 2.7, not 2.18.
BREAKS = ("TQ-4.6",)
SAYS = {"TQ-4.6": "thread"}
SCHEDULE = False


class TaskQueue(Correct):
    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        super().__init__(producer, consumers)
        self.wanted = threading.Event()
        self.helper = threading.Thread(target=self.wanted.wait, daemon=True)
        weakref.finalize(self, self.wanted.set)
        self.helper.start()

    def run(self) -> object:
        self.wanted.set()
        self.helper.join()
        return super().run()
