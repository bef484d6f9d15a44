"""A thread is noted before it is started; when that fails, it is joined with the others.

run() raises what join() has to say, and the reason is gone.
"""

from __future__ import annotations

import threading
from functools import partial

from base import TaskQueue as Correct

BREAKS = ("TQ-2.14",)
SAYS = {"TQ-2.14": "cannot join thread before it is started"}
SCHEDULE = False


class TaskQueue(Correct):
    def on_unstarted(self, error: BaseException) -> None:
        self.failed = True
        self.close()
        unstarted = threading.Thread(target=partial(int))
        unstarted.join()
