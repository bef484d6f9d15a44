"""A helper thread of run() stays until the queue itself is dropped.

A janitor bound to the object's life is no leak, but a fork() or an orderly exit after run()
still finds it there.
"""

from __future__ import annotations

import threading
import weakref

from base import TaskQueue as Correct

# Dropped queues take their threads with them, so that nothing piles up: not 2.7.
BREAKS = ("TQ-2.18",)
SAYS = {"TQ-2.18": "were alive half a second"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.failure is None:
            dropped = threading.Event()
            weakref.finalize(self, dropped.set)
            threading.Thread(target=dropped.wait, daemon=True).start()
        return super().outcome()
