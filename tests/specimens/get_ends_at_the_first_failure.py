"""Once anything has failed, get() gives the end to whoever asks, items or not.

Failing fast is a policy for the callbacks, which have ok() for it; here it takes away the
choice.
"""

from __future__ import annotations

from typing import Any

from base import TaskQueue as Correct

# The end comes while the producer is still at work, which 1.4 forbids by itself.
BREAKS = ("TQ-1.4", "TQ-1.6", "TQ-1.7")
SAYS = {
    "TQ-1.4": "received the end",
    "TQ-1.6": "never delivered",
    "TQ-1.7": "never delivered",
}
SCHEDULE = False


class TaskQueue(Correct):
    def get(self) -> Any:
        with self.changed:
            while not self.items and not self.closed and not self.failed:
                self.changed.wait()
            return self.items.popleft() if self.items and not self.failed else None

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        with self.changed:
            self.changed.notify_all()
