"""Events and semaphores as operations of the kernel: what one thread lets another know.

As in `locks`, each call is one operation, or two where it may have to wait in between.
"""

from __future__ import annotations

import warnings
from collections import deque
from itertools import repeat
from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.world.locks import Primitive, Waiter


class Event(Primitive):
    """``threading.Event``. Whoever waits when it is set is let go, even if cleared at once."""

    def __init__(self) -> None:
        self._flag = False
        self._virtual_waiters: list[Waiter] = []
        self._virtual_stamp: Any = None

    def __repr__(self) -> str:
        cls = type(self)
        status = "set" if self._flag else "unset"
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: {status}>"

    def _virtual_name(self) -> str:
        return "Event"

    def is_set(self) -> bool:
        fiber = self._virtual_kernel.current
        fiber.op = ops.IS_SET
        fiber.obj = self
        fiber.guard = True
        self._virtual_kernel.point()
        return self._flag

    def isSet(self) -> bool:  # noqa: N802
        warnings.warn(
            "isSet() is deprecated, use is_set() instead", DeprecationWarning, stacklevel=2
        )
        return self.is_set()

    def set(self) -> None:
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.SET
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._flag = True
        self._virtual_stamp = kernel.stamp
        for waiter in self._virtual_waiters:
            waiter.woken.append(kernel.stamp)
        self._virtual_waiters.clear()

    def clear(self) -> None:
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.CLEAR
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._flag = False

    def wait(self, timeout: float | None = None) -> bool:
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.EVENT_WAIT
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        if self._flag:
            return True
        waiter = Waiter(fiber)
        self._virtual_waiters.append(waiter)
        fiber.op = ops.WAKE
        fiber.obj = self
        fiber.guard = waiter.woken
        if timeout is not None:
            fiber.deadline = kernel.time() + max(0, timeout)
        try:
            kernel.point()
        finally:
            fiber.expired = False
            if waiter.woken:
                fiber.edge = waiter.woken[0]
            else:
                self._virtual_waiters.remove(waiter)
        return bool(waiter.woken)

    def _at_fork_reinit(self) -> None:
        self._virtual_waiters.clear()


class Semaphore(Primitive):
    """``threading.Semaphore``: one stamp for each unit that is left."""

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._virtual_units: deque[Any] = deque(repeat(None, value))

    @property
    def _value(self) -> int:
        return len(self._virtual_units)

    def __repr__(self) -> str:
        cls = type(self)
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: value={self._value}>"

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.obj = self
        units = self._virtual_units
        if not blocking or (timeout is not None and timeout <= 0):
            fiber.op = ops.TRY_DOWN
            fiber.guard = True
            kernel.point()
            if not units:
                return False
        else:
            fiber.op = ops.DOWN
            fiber.guard = units
            if timeout is not None:
                fiber.deadline = kernel.time() + timeout
            kernel.point()
            if fiber.expired:
                fiber.expired = False
                if not units:
                    return False
        kernel.changed(fiber)
        fiber.edge = units.popleft()
        return True

    __enter__ = acquire

    def release(self, n: int = 1) -> None:
        if n < 1:
            raise ValueError("n must be one or more")
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.UP
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._virtual_units.extend(repeat(kernel.stamp, n))

    def __exit__(self, *exc_info: object) -> None:
        self.release()


class BoundedSemaphore(Semaphore):
    """``threading.BoundedSemaphore``."""

    def __init__(self, value: int = 1) -> None:
        super().__init__(value)
        self._initial_value = value

    def __repr__(self) -> str:
        cls = type(self)
        return (
            f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: "
            f"value={self._value}/{self._initial_value}>"
        )

    def release(self, n: int = 1) -> None:
        if n < 1:
            raise ValueError("n must be one or more")
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.BOUNDED_UP
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        if len(self._virtual_units) + n > self._initial_value:
            raise ValueError("Semaphore released too many times")
        self._virtual_units.extend(repeat(kernel.stamp, n))
