"""run() looks whether it was called before and notes the call in a second step.

Shortest bad interleaving: two threads call run(); both find that nobody has; both start
everything.
"""

from __future__ import annotations

from base import TaskQueue as Correct
from base import log

# Then every consumer is started twice as well.
BREAKS = ("TQ-2.15", "TQ-4.3")
SAYS = {"TQ-2.15": "did not raise", "TQ-4.3": "started"}
SCHEDULE = True


class TaskQueue(Correct):
    called = False

    def run(self) -> object:
        if self.called:
            raise RuntimeError("run() was called before; build a new TaskQueue")
        log.debug("run() was called for the first time")
        self.called = True
        self.ran = False
        return super().run()
