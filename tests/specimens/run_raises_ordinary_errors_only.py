"""Callbacks that end by SystemExit, KeyboardInterrupt or GeneratorExit count as ended well.

`sys.exit()` in a worker "means stop", says the code, and the file it was writing is taken
for complete.
"""

from __future__ import annotations

from base import TaskQueue as Correct

# ok() turns False and nothing hangs; ordinary failures are raised: 3.5, not 3.1 and 3.2.
BREAKS = ("TQ-3.5",)
SAYS = {"TQ-3.5": "run() returned"}
SCHEDULE = False


class TaskQueue(Correct):
    def outcome(self) -> object:
        if not isinstance(self.failure, Exception):
            self.failure = None
        return super().outcome()
