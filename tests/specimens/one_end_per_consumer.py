"""As many ends are queued as there are consumers, and asking again takes somebody else's.

oss2's own way, and right as long as every consumer stops asking after its end.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.12",)
SAYS = {"TQ-2.12": "waits in get()"}
SCHEDULE = False


class TaskQueue(Correct):
    ends = 0

    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.ends:
                self.changed.wait()
            if self.items:
                return self.items.popleft()
            self.ends -= 1
            return None

    def close(self) -> None:
        with self.changed:
            self.ends = len(self.consumers)
            self.changed.notify_all()
