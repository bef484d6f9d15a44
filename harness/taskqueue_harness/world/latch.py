"""A counter of signals, for drivers: one operation to give a signal, one to wait for a number."""

from __future__ import annotations

from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.kernel import Kernel

__all__ = ["Latch"]


class Latch:
    """Counts signals; whoever waits for a number of them goes on when it is reached."""

    __slots__ = ("__weakref__", "_count", "_guards", "kernel", "name")

    def __init__(self, kernel: Kernel, name: str = "latch") -> None:
        self.kernel = kernel
        self.name = name
        self._count = 0
        self._guards: list[tuple[int, list[Any]]] = []

    def _virtual_name(self) -> str:
        return self.name

    def signal(self) -> None:
        """One more."""
        kernel = self.kernel
        fiber = kernel.current
        fiber.op = ops.SIGNAL
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._count += 1
        for count, guard in self._guards:
            if count <= self._count and not guard:
                guard.append(True)

    def wait(self, count: int) -> None:
        """Wait until there have been so many."""
        kernel = self.kernel
        fiber = kernel.current
        guard: list[Any] = [True] if count <= self._count else []
        self._guards.append((count, guard))
        fiber.op = ops.AWAIT
        fiber.obj = self
        fiber.guard = guard
        kernel.point()
