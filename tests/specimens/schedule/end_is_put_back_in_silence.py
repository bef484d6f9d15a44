"""The end lies in the queue; whoever takes it puts it back, outside the lock and unannounced.

Shortest bad interleaving: A takes the end out; B finds the queue empty and waits; A puts the
end back and wakes nobody.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

BREAKS = ("TQ-2.1", "TQ-2.2", "TQ-2.12", "TQ-2.14")
SAYS = {
    "TQ-2.1": "waits in get()",
    "TQ-2.2": "waits in get()",
    "TQ-2.12": "waits in get()",
    "TQ-2.14": "left alive",
}
SCHEDULE = True

END = object()


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items:
                self.changed.wait()
            item = self.items.popleft()
        if item is END:
            self.items.append(END)
            return None
        return item

    def close(self) -> None:
        with self.changed:
            self.items.append(END)
            self.changed.notify_all()
