"""Queues as operations of the kernel: put, get, and what can be asked of a queue.

``queue.Queue`` does all its work under one mutex, so each of its methods can be one operation as
long as nobody else takes that mutex. Whoever asks for ``mutex``, ``not_empty``, ``not_full`` or
``all_tasks_done``, or overrides ``_put`` and its like, gets the standard library's own code over
virtual locks instead, for that queue and from then on.
"""

from __future__ import annotations

from collections import deque
from itertools import repeat
from typing import Any, ClassVar

from taskqueue_harness import operations as ops
from taskqueue_harness.world import hooks
from taskqueue_harness.world.locks import TIMEOUT_MAX, Primitive

_HOOKS = ("_init", "_qsize", "_put", "_get")
_PARTS = ("mutex", "not_empty", "not_full", "all_tasks_done")


class QueueModel(Primitive):
    """Mixed in before the library's Queue: the fast paths. `_modelled` says if they apply."""

    library: ClassVar[Any]
    _threading: ClassVar[Any]
    empty_error: ClassVar[type[Exception]]
    full_error: ClassVar[type[Exception]]
    shut_error: ClassVar[type[Exception] | None]
    _lifo: ClassVar[bool] = False
    _model_hooks: ClassVar[dict[str, Any]]

    def __init__(self, maxsize: int = 0) -> None:
        cls: Any = type(self)
        for name in _HOOKS:
            if getattr(cls, name) is not cls._model_hooks[name]:
                self._modelled = False
                self.library.__init__(self, maxsize)
                return
        self._modelled = True
        self.maxsize = maxsize
        self._contents: Any = [] if self._lifo else deque()
        self._unfinished = 0
        self._shut = False
        self._stamps: deque[Any] = deque()
        self._room: Any = deque(repeat(None, maxsize)) if maxsize > 0 else True
        self._idle: list[Any] = [None]
        # Items that a thread has taken and not reported as done.
        self._taken: dict[Any, int] = {}

    def _virtual_name(self) -> str:
        return type(self).__name__

    def __getattr__(self, name: str) -> Any:
        if name in _PARTS and self.__dict__.get("_modelled"):
            # An operation: what a thread does before it and after is done in different ways.
            if "_next_mutex" not in self.__dict__:
                self._next_mutex = self._threading.Lock()
            if self._look(ops.CONVERT):
                self._convert()
            return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _convert(self) -> None:
        """Change over to the library's code, waiters included: they begin again there."""
        self._modelled = False
        contents, unfinished = self._contents, self._unfinished
        shut = self._shut
        self.library.__init__(self, self.maxsize)
        mutex = self.mutex = self._next_mutex
        for part in _PARTS[1:]:
            setattr(self, part, self._threading.Condition(mutex))
        self.queue = contents
        self.unfinished_tasks = unfinished
        self.is_shutdown = shut
        for fiber in self.kernel.live:
            if fiber.obj is self and not fiber.guard:
                fiber.guard = True

    # Attributes that the library documents nowhere and programs look at all the same.

    @property
    def queue(self) -> Any:
        if self._peek(ops.SIZE):
            hooks.share(self._contents, self)
        return self._contents

    @queue.setter
    def queue(self, contents: Any) -> None:
        self._contents = contents

    @property
    def unfinished_tasks(self) -> int:
        self._peek(ops.UNFINISHED)
        return self._unfinished

    @unfinished_tasks.setter
    def unfinished_tasks(self, count: int) -> None:
        self._unfinished = count

    @property
    def is_shutdown(self) -> bool:
        self._peek(ops.SIZE)
        return self._shut

    @is_shutdown.setter
    def is_shutdown(self, shut: bool) -> None:
        self._shut = shut

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if not self._modelled:
            self.library.put(self, item, block, timeout)
            return
        kernel = self.kernel
        fiber = kernel.current
        fiber.obj = self
        room = self._room
        if room is True:
            fiber.op = ops.PUSH if self._lifo else ops.PUT
            fiber.guard = True
            kernel.point()
            if not self._modelled:
                self.library.put(self, item, block, timeout)
                return
        else:
            if not block:
                fiber.op = ops.TRY_PUSH if self._lifo else ops.TRY_PUT
                fiber.guard = True
            else:
                if timeout is not None:
                    if timeout < 0:
                        raise ValueError("'timeout' must be a non-negative number")
                    fiber.deadline = kernel.time() + timeout
                fiber.op = ops.PUSH if self._lifo else ops.PUT
                fiber.guard = room
            kernel.point()
            expired, fiber.expired = fiber.expired, False
            if not self._modelled:
                self.library.put(self, item, block, timeout)
                return
            if not room and not self._shut:
                assert not block or expired
                raise self.full_error
            kernel.changed(fiber)
        if self._shut:
            assert self.shut_error is not None
            raise self.shut_error
        if room is not True:
            fiber.edge = room.popleft()
        self._contents.append(item)
        self._stamps.append(kernel.stamp)
        self._unfinished += 1
        if self._idle:
            self._idle.clear()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if not self._modelled:
            return self.library.get(self, block, timeout)
        kernel = self.kernel
        fiber = kernel.current
        fiber.obj = self
        queue = self._contents
        if not block:
            fiber.op = ops.TRY_GET
            fiber.guard = True
        else:
            if timeout is not None:
                if timeout < 0:
                    raise ValueError("'timeout' must be a non-negative number")
                fiber.deadline = kernel.time() + timeout
            fiber.op = ops.GET
            # The stamps outlive a queue emptied by shutdown, the items do not.
            fiber.guard = self._stamps
        kernel.point()
        fiber.expired = False
        if not self._modelled:
            return self.library.get(self, block, timeout)
        if not queue:
            if self._shut:
                assert self.shut_error is not None
                raise self.shut_error
            raise self.empty_error
        kernel.changed(fiber)
        taken = self._taken
        taken[fiber] = taken.get(fiber, 0) + 1
        if self._room is not True:
            self._room.append(kernel.stamp)
        if self._lifo:
            fiber.edge = self._stamps.pop()
            return queue.pop()
        fiber.edge = self._stamps.popleft()
        return queue.popleft()

    def put_nowait(self, item: Any) -> None:
        self.put(item, False)

    def get_nowait(self) -> Any:
        return self.get(False)

    def _look(self, op: ops.Op) -> bool:
        if not self._modelled:
            return False
        fiber = self.kernel.current
        fiber.op = op
        fiber.obj = self
        fiber.guard = True
        self.kernel.point()
        return self._modelled

    def _peek(self, op: ops.Op) -> bool:
        """Look at an attribute; over the library's code that is to look past its mutex."""
        if self._look(op):
            return True
        mutex = self.__dict__.get("mutex")
        if mutex is not None and getattr(mutex, "_owner", None) is not self.kernel.current:
            mutex.locked()
        return False

    def qsize(self) -> int:
        if self._look(ops.SIZE):
            return len(self._contents)
        return int(self.library.qsize(self))

    def empty(self) -> bool:
        if self._look(ops.SIZE):
            return not self._contents
        return bool(self.library.empty(self))

    def full(self) -> bool:
        if self._look(ops.SIZE):
            return 0 < self.maxsize <= len(self._contents)
        return bool(self.library.full(self))

    def task_done(self) -> None:
        fiber = self.kernel.current
        taken = self._taken.get(fiber, 0) if self._modelled else 0
        if not self._look(ops.TASK_DONE if taken else ops.UNEARNED_DONE):
            self.library.task_done(self)
            return
        if taken:
            self._taken[fiber] = taken - 1
        if self._unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished -= 1
        if not self._unfinished:
            self._idle.append(self.kernel.stamp)

    def join(self) -> None:
        if self._modelled:
            fiber = self.kernel.current
            fiber.op = ops.QUEUE_JOIN
            fiber.obj = self
            fiber.guard = self._idle
            self.kernel.point()
        if not self._modelled:
            self.library.join(self)

    def _shutdown(self, immediate: bool = False) -> None:
        """``Queue.shutdown``, where this Python has it."""
        if not self._look(ops.SHUT):
            self.library.shutdown(self, immediate)
            return
        self._shut = True
        if immediate:
            self._unfinished = max(self._unfinished - len(self._contents), 0)
            self._contents.clear()
            self._stamps.clear()
            if not self._unfinished and not self._idle:
                self._idle.append(self.kernel.stamp)
        for fiber in self.kernel.live:
            if fiber.obj is self and not fiber.guard and fiber.op in (ops.GET, ops.PUT, ops.PUSH):
                fiber.guard = True
        # From here on nobody waits.
        self._stamps = Always(self._stamps)
        if self._room is not True:
            self._room = Always()


class Always(deque):  # type: ignore[type-arg]
    """A queue of stamps that is true although it is empty."""

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Any:
        return super().popleft() if len(self) else None


class SimpleQueue(Primitive):
    """``_queue.SimpleQueue``."""

    __slots__ = ("__weakref__", "_items", "_stamps")
    empty_error: ClassVar[type[Exception]]

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._stamps: deque[Any] = deque()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        kernel = self.kernel
        fiber = kernel.current
        fiber.op = ops.PUT
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._items.append(item)
        self._stamps.append(kernel.stamp)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        kernel = self.kernel
        fiber = kernel.current
        fiber.obj = self
        if not block:
            fiber.op = ops.TRY_GET
            fiber.guard = True
        else:
            if timeout is not None:
                if timeout < 0:
                    raise ValueError("'timeout' must be a non-negative number")
                if timeout > TIMEOUT_MAX:
                    raise OverflowError("timeout value is too large")
                fiber.deadline = kernel.time() + timeout
            fiber.op = ops.GET
            fiber.guard = self._items
        kernel.point()
        fiber.expired = False
        if not self._items:
            raise self.empty_error
        kernel.changed(fiber)
        fiber.edge = self._stamps.popleft()
        return self._items.popleft()

    def put_nowait(self, item: Any) -> None:
        self.put(item)

    def get_nowait(self) -> Any:
        return self.get(False)

    def _size(self) -> int:
        fiber = self.kernel.current
        fiber.op = ops.SIZE
        fiber.obj = self
        fiber.guard = True
        self.kernel.point()
        return len(self._items)

    def empty(self) -> bool:
        return not self._size()

    def qsize(self) -> int:
        return self._size()
