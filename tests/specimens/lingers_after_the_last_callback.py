"""run() sleeps 2.5 s after a run without failure, "to let things settle".

Sleeps are added to hide a race and stay for ever.
"""

from __future__ import annotations

import threading
import time

from base import TaskQueue as Correct

# Who is 2 s late is 0.1 s late: 2.17 too.
BREAKS = ("TQ-2.6", "TQ-2.17")
SAYS = {"TQ-2.6": "after the last callback", "TQ-2.17": "after the last callback"}
SCHEDULE = False


class TaskQueue(Correct):
    def wait_for(self, started: list[threading.Thread]) -> None:
        super().wait_for(started)
        if not self.failed:
            time.sleep(2.5)
