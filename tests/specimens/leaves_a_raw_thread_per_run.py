"""Every run leaves a raw `_thread` behind that waits for a lock nobody releases.

`threading.enumerate` does not list it: only the operating system knows.
"""

from __future__ import annotations

import _thread

from base import TaskQueue as Correct

BREAKS = ("TQ-2.7", "TQ-2.18")
SAYS = {"TQ-2.7": "threads", "TQ-2.18": "were alive half a second"}
SCHEDULE = False


def wait_for_ever() -> None:
    lock = _thread.allocate_lock()
    lock.acquire()
    lock.acquire()


class TaskQueue(Correct):
    def outcome(self) -> object:
        if self.failure is None:
            _thread.start_new_thread(wait_for_ever, ())
        return super().outcome()
