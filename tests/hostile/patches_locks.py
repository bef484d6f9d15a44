"""`threading.Lock` is replaced by a lock that everybody has at once."""

from __future__ import annotations

import threading

from base import TaskQueue as Correct

EXPECT = ("nonconformant", "incomplete", "unusable")
DOES = "replaces threading.Lock by a lock that never waits"


class Sieve:
    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        return True

    def release(self) -> None:
        pass

    def locked(self) -> bool:
        return False

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *exc_info: object) -> None:
        pass


threading.Lock = Sieve  # type: ignore

TaskQueue = Correct
