"""The end rings the bell of every consumer that has registered, and of no other.

Shortest bad interleaving: A's thread is started but has not yet registered its bell; the
producer ends and rings all bells; A registers, finds nothing and waits for its bell.
"""

from __future__ import annotations

import threading
from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.1", "TQ-2.2", "TQ-2.14")
SAYS = {
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True


class Bell:
    def __init__(self) -> None:
        self.rung = threading.Event()
        self.last = False


class TaskQueue(Correct):
    def jobs(self) -> Any:
        self.here = threading.local()
        self.bells: list[Bell] = []
        return super().jobs()

    def bell(self) -> Bell:
        if not hasattr(self.here, "bell"):
            self.here.bell = Bell()
            with self.lock:
                self.bells.append(self.here.bell)
        assert isinstance(self.here.bell, Bell)
        return self.here.bell

    def consume(self, consumer: Any) -> None:
        self.bell()
        super().consume(consumer)

    def put(self, item: Any) -> None:
        super().put(item)
        self.ring(last=False)

    def get(self) -> Any:
        bell = self.bell()
        while True:
            bell.rung.clear()
            last = bell.last
            with self.lock:
                if self.items:
                    return self.items.popleft()
            if last:
                return None
            bell.rung.wait()

    def close(self) -> None:
        super().close()
        self.ring(last=True)

    def ring(self, last: bool) -> None:
        with self.lock:
            for bell in self.bells:
                bell.last = last or bell.last
                bell.rung.set()
