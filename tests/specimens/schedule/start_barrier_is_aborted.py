"""All callbacks start at a barrier, and a failure aborts it "to release who still waits".

Shortest bad interleaving: the barrier opens; A leaves it first, fails and aborts it; B, let
through but not yet gone, gets BrokenBarrierError and never starts its callback.
"""

from __future__ import annotations

import threading
from typing import Any

from base import Callback
from base import TaskQueue as Correct

# B is not started (4.3), is missing at the meeting (2.8) and takes nothing, so that a sole
# survivor leaves the items of the others (1.6, 1.7).
BREAKS = ("TQ-1.6", "TQ-1.7", "TQ-2.8", "TQ-4.3")
SAYS = {
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
    "TQ-2.8": "did not meet",
    "TQ-4.3": "started",
}
SCHEDULE = True


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.gate = threading.Barrier(1 + len(self.consumers))
        return super().jobs()

    def guard(self, callback: Callback) -> None:
        try:
            self.gate.wait()
        except threading.BrokenBarrierError:
            return
        super().guard(callback)

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        self.gate.abort()

    def on_unstarted(self, error: BaseException) -> None:
        super().on_unstarted(error)
        self.gate.abort()

    def on_interrupt(self, started: list[threading.Thread]) -> None:
        super().on_interrupt(started)
        self.gate.abort()
