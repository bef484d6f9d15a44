"""A lone ordinary failure is raised inside a RuntimeError, "with context".

`except ConnectionError:` around run() no longer catches what a callback raised.
"""

from __future__ import annotations

from base import TaskQueue as Correct

# The failure is there, as the cause: 3.1 and 3.2 are content with that, 3.3 is not. One of
# several (3.4), what is no ordinary error (3.5) or cannot be shown (3.11) is left alone.
BREAKS = ("TQ-3.3",)
SAYS = {"TQ-3.3": "came out of run() as another object"}
SCHEDULE = False


class TaskQueue(Correct):
    failures = 0

    def fail(self, error: BaseException) -> None:
        with self.lock:
            self.failures += 1
        super().fail(error)

    def outcome(self) -> object:
        cause = self.failure
        try:
            if self.failures == 1 and isinstance(cause, Exception):
                wrapper = RuntimeError(f"a callback failed: {cause!r} {cause}")
                self.failure = wrapper
                wrapper.__cause__ = cause
                del wrapper
        except Exception:
            pass  # it cannot be shown
        del cause
        return super().outcome()
