"""asyncio.CancelledError is let pass: "whoever cancelled it knows".

No task is cancelled here. A callback that awaits something in a loop of its own can fail with it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from base import Callback
from base import TaskQueue as Correct

BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "CancelledError"}
SCHEDULE = False


class TaskQueue(Correct):
    def guard(self, callback: Callback) -> None:
        def forgiving(q: object) -> None:
            with suppress(asyncio.CancelledError):
                callback(q)

        super().guard(forgiving)
