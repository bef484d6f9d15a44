"""Each consumer's current item is kept for a status display until it asks for the next.

The item of a consumer that has gone on to something slow stays alive behind its back.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.11",)
SAYS = {"TQ-1.11": "still alive"}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        current = vars(self).setdefault("current", {})
        me = threading.get_ident()
        current.pop(me, None)
        current[me] = item = super().get()
        return item
