"""Every run leaves a daemon thread behind that waits for ever.

A progress reporter whose stop event nobody sets: invisible in a test, thousands of threads
after a week in a server.
"""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

# Piling up (2.7) begins with leaving one behind (2.18).
BREAKS = ("TQ-2.7", "TQ-2.18")
SAYS = {"TQ-2.7": "threads", "TQ-2.18": "were alive half a second"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.failure is None:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        return super().outcome()
