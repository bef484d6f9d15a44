"""asyncio.CancelledError is let pass: "whoever cancelled it knows".

No task is cancelled here. A callback that awaits something in a loop of its own can fail with it.
"""

from __future__ import annotations

import asyncio

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "CancelledError"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        def forgiving(q: object) -> None:
            # Not by contextlib.suppress(): from 3.12 on it takes exception groups apart as well.
            try:
                callback(q)
            except asyncio.CancelledError:
                return

        super().guard(forgiving)
