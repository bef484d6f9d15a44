"""Locks and conditions as operations of the kernel; for events and semaphores see `signals`.

Each call of the modelled class is one operation, or two where it may have to wait in between
(``Condition.wait`` gives the lock up, then wakes). Names of attributes, error messages and the
order in which waiters are woken are those of the standard library, which see for the semantics.

A lock's guard is a list with one element, its *stamp*, while the lock is free: taking the stamp out
is the acquisition, and tells the kernel which release made it possible.
"""

from __future__ import annotations

import sys
import warnings
from collections import deque
from typing import Any, ClassVar

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Fiber
from taskqueue_harness.kernel import Kernel

TIMEOUT_MAX = 9223372036.0
"""Seconds: the longest timeout of a lock, as on 64-bit Linux."""


class Primitive:
    """What all primitives share: the kernel of their world, and a name in print."""

    __slots__ = ()
    _virtual_kernel: ClassVar[Kernel]

    def _virtual_name(self) -> str:
        return type(self).__name__


def check_timeout(blocking: Any, timeout: Any) -> float | None:
    """The timeout in seconds of ``acquire(blocking, timeout)``, or None to wait for ever."""
    if not blocking:
        if timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        return 0.0
    if timeout == -1:
        return None
    if not isinstance(timeout, (int, float)):
        timeout = timeout.__float__() if hasattr(timeout, "__float__") else timeout.__index__()
    if timeout < 0:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")
    return float(timeout)


def leave(lock: Lock | RLock, *exc_info: object) -> None:
    """``__exit__`` of what is a lock made in C: a signal that comes meanwhile waits for its end.

    CPython looks for signals after a call, at the start of a function and when a loop goes round.
    Between the last such look in a `with` block, whose exception would release the lock, and the
    one after the call of ``__exit__`` there is none. A class in Python, as Condition is, has one at
    the start of its ``__exit__``.
    """
    fiber = lock._virtual_kernel.current
    fiber.leaving = True
    try:
        lock.release()
    finally:
        fiber.leaving = False
    if fiber.owed:
        lock._virtual_kernel.handle_owed()


class Lock(Primitive):
    """``_thread.lock``: may be released by any thread."""

    __slots__ = ("__weakref__", "_virtual_free", "_virtual_owner")

    def __init__(self) -> None:
        self._virtual_free: list[Any] = [None]
        self._virtual_owner: Fiber | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.obj = self
        free = self._virtual_free
        if blocking is True and timeout == -1:
            fiber.op = ops.ACQUIRE
            fiber.guard = free
            kernel.point()
        else:
            seconds = check_timeout(blocking, timeout)
            if seconds == 0.0:
                fiber.op = ops.TRY_ACQUIRE
                fiber.guard = True
                kernel.point()
                if not free:
                    return False
            else:
                fiber.op = ops.ACQUIRE
                fiber.guard = free
                if seconds is not None:
                    fiber.deadline = kernel.time() + seconds
                kernel.point()
                if fiber.expired:
                    fiber.expired = False
                    if not free:
                        return False
        fiber.edge = free.pop()
        self._virtual_owner = fiber
        return True

    def release(self) -> None:
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.RELEASE
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        if self._virtual_free:
            raise RuntimeError("release unlocked lock")
        self._virtual_owner = None
        self._virtual_free.append(kernel.stamp)

    def locked(self) -> bool:
        fiber = self._virtual_kernel.current
        fiber.op = ops.LOCKED
        fiber.obj = self
        fiber.guard = True
        self._virtual_kernel.point()
        return not self._virtual_free

    def __enter__(self) -> bool:
        # Written out: a `with` statement is the commonest way to take a lock.
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.obj = self
        fiber.op = ops.ACQUIRE
        fiber.guard = free = self._virtual_free
        kernel.point()
        fiber.edge = free.pop()
        self._virtual_owner = fiber
        return True

    __exit__ = leave
    acquire_lock = acquire
    release_lock = release
    locked_lock = locked

    def _at_fork_reinit(self) -> None:
        self._virtual_free[:] = [None]
        self._virtual_owner = None

    def __repr__(self) -> str:
        state = "unlocked" if self._virtual_free else "locked"
        return f"<{state} _thread.lock object at {hex(id(self))}>"


class RLock(Primitive):
    """``_thread.RLock``."""

    __slots__ = ("__weakref__", "_virtual_count", "_virtual_free", "_virtual_owner")

    _virtual_free: list[Any]
    _virtual_owner: Fiber | None
    _virtual_count: int

    def __new__(cls, /, *args: object, **kwargs: object) -> RLock:
        # One made in C is whole before its __init__, which a derived class need not call. It takes
        # any arguments, and no notice of them; since 3.13 it is told off for it.
        if (args or kwargs) and sys.version_info >= (3, 13):
            warnings.warn(
                "Passing arguments to RLock is deprecated and will be removed in 3.15",
                DeprecationWarning,
                stacklevel=2,
            )
        self = object.__new__(cls)
        self._virtual_free = [None]
        self._virtual_owner = None
        self._virtual_count = 0
        return self

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        kernel = self._virtual_kernel
        fiber = kernel.current
        seconds = None if timeout == -1 and blocking is True else check_timeout(blocking, timeout)
        if self._virtual_owner is fiber:
            self._virtual_count += 1
            return True
        fiber.obj = self
        free = self._virtual_free
        if seconds == 0.0:
            fiber.op = ops.TRY_ACQUIRE
            fiber.guard = True
            kernel.point()
            if not free:
                return False
        else:
            fiber.op = ops.ACQUIRE
            fiber.guard = free
            if seconds is not None:
                fiber.deadline = kernel.time() + seconds
            kernel.point()
            if fiber.expired:
                fiber.expired = False
                if not free:
                    return False
        fiber.edge = free.pop()
        self._virtual_owner = fiber
        self._virtual_count = 1
        return True

    def release(self) -> None:
        kernel = self._virtual_kernel
        fiber = kernel.current
        if self._virtual_owner is not fiber:
            raise RuntimeError("cannot release un-acquired lock")
        if self._virtual_count > 1:
            self._virtual_count -= 1
            return
        fiber.op = ops.RELEASE
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._virtual_count = 0
        self._virtual_owner = None
        self._virtual_free.append(kernel.stamp)

    if sys.version_info >= (3, 14):

        def locked(self) -> bool:
            fiber = self._virtual_kernel.current
            fiber.op = ops.LOCKED
            fiber.obj = self
            fiber.guard = True
            self._virtual_kernel.point()
            return not self._virtual_free

    __enter__ = acquire
    __exit__ = leave

    def _is_owned(self) -> bool:
        return self._virtual_owner is self._virtual_kernel.current

    if sys.version_info >= (3, 11):

        def _recursion_count(self) -> int:
            return self._virtual_count if self._virtual_owner is self._virtual_kernel.current else 0

    def _release_save(self) -> tuple[int, Fiber | None]:
        if not self._virtual_count:
            raise RuntimeError("cannot release un-acquired lock")
        state = self._virtual_count, self._virtual_owner
        self._virtual_count = 1
        self.release()
        return state

    def _acquire_restore(self, state: tuple[int, Fiber | None]) -> None:
        self.acquire()
        self._virtual_count, self._virtual_owner = state

    def _at_fork_reinit(self) -> None:
        self._virtual_free[:] = [None]
        self._virtual_owner = None
        self._virtual_count = 0

    def __repr__(self) -> str:
        state = "unlocked" if self._virtual_free else "locked"
        owner = 0 if self._virtual_owner is None else self._virtual_owner.ident
        return (
            f"<{state} _thread.RLock object owner={owner} count={self._virtual_count} "
            f"at {hex(id(self))}>"
        )


class Condition(Primitive):
    """``threading.Condition`` over a modelled lock; over any other lock, the library's own code."""

    _virtual_library: ClassVar[type]
    _virtual_lock_types: ClassVar[tuple[type, ...]]
    _virtual_rlock: ClassVar[type]

    def __init__(self, lock: Any = None) -> None:
        if lock is None:
            lock = self._virtual_rlock()
        self._lock = lock
        self.acquire = lock.acquire
        self.release = lock.release
        self._waiters: deque[Any] = deque()
        self._virtual_modelled = isinstance(lock, self._virtual_lock_types)
        for name in ("_release_save", "_acquire_restore", "_is_owned"):
            if hasattr(lock, name):
                setattr(self, name, getattr(lock, name))

    def _virtual_name(self) -> str:
        return "Condition"

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *exc_info: object) -> Any:
        if self._virtual_modelled:
            return self._lock.release()
        return self._lock.__exit__(*exc_info)

    def __repr__(self) -> str:
        return f"<Condition({self._lock}, {len(self._waiters)})>"

    def _virtual_owned_here(self) -> bool:
        lock = self._lock
        if isinstance(lock, RLock):
            return lock._virtual_owner is self._virtual_kernel.current
        # The library asks whether the lock is taken, by whomever.
        return lock._virtual_owner is self._virtual_kernel.current or bool(lock.locked())

    def wait(self, timeout: float | None = None) -> bool:
        if not self._virtual_modelled:
            return bool(self._virtual_library.wait(self, timeout))  # type: ignore[attr-defined]
        if not self._virtual_owned_here():
            raise RuntimeError("cannot wait on un-acquired lock")
        kernel = self._virtual_kernel
        fiber = kernel.current
        lock = self._lock
        fiber.op = ops.WAIT
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        waiter = Waiter(fiber)
        self._waiters.append(waiter)
        count = getattr(lock, "_virtual_count", 0)
        if count:
            lock._virtual_count = 0
        owner, lock._virtual_owner = lock._virtual_owner, None
        lock._virtual_free.append(kernel.stamp)
        told = False
        try:
            fiber.op = ops.WAKE
            fiber.obj = self
            fiber.guard = waiter.woken
            if timeout is not None:
                fiber.deadline = kernel.time() + max(0, timeout)
            kernel.point()
            fiber.expired = False
            if waiter.woken:
                told = True
                fiber.edge = waiter.woken[0]
                kernel.changed(fiber)
        finally:
            fiber.op = ops.ACQUIRE
            fiber.obj = lock
            fiber.guard = lock._virtual_free
            kernel.point()
            fiber.edge = lock._virtual_free.pop()
            lock._virtual_owner = owner
            if count:
                lock._virtual_count = count
            # Whoever notifies while a waiter that gave up waits for the lock has notified that one.
            if not waiter.woken:
                self._waiters.remove(waiter)
        return told

    def wait_for(self, predicate: Any, timeout: float | None = None) -> Any:
        return self._virtual_library.wait_for(self, predicate, timeout)  # type: ignore[attr-defined]

    def notify(self, n: int = 1) -> None:
        if not self._virtual_modelled:
            self._virtual_library.notify(self, n)  # type: ignore[attr-defined]
            return
        if not self._virtual_owned_here():
            raise RuntimeError("cannot notify on un-acquired lock")
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.NOTIFY
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        waiters = self._waiters
        while waiters and n > 0:
            waiters.popleft().woken.append(kernel.stamp)
            n -= 1

    def notify_all(self) -> None:
        self.notify(len(self._waiters))

    def notifyAll(self) -> None:  # noqa: N802
        self._virtual_library.notifyAll(self)  # type: ignore[attr-defined]

    def _release_save(self) -> Any:
        self._lock.release()

    def _acquire_restore(self, state: Any) -> None:
        self._lock.acquire()

    def _is_owned(self) -> bool:
        return bool(self._virtual_library._is_owned(self))  # type: ignore[attr-defined]

    def _at_fork_reinit(self) -> None:
        self._lock._at_fork_reinit()
        self._waiters.clear()


class Waiter:
    """A thread in a queue of waiters. `woken` is its guard."""

    __slots__ = ("fiber", "woken")

    def __init__(self, fiber: Fiber) -> None:
        self.fiber = fiber
        self.woken: list[Any] = []
