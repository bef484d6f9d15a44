"""Lists, dictionaries, sets and byte arrays are copied on their way in.

Done with the best intentions (the producer may change its buffer later), it breaks every
pair of callbacks that shares a result list through the item.
"""

from __future__ import annotations

import copy
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-1.3",)
SAYS = {"TQ-1.3": "nobody had put"}
SCHEDULE = False


class TaskQueue(Correct):
    def put(self, item: Any) -> None:
        if type(item) in (list, dict, set, bytearray):
            item = copy.copy(item)
        super().put(item)
