"""Queues as operations of the kernel: put, get, and what can be asked of a queue.

``queue.Queue`` does all its work under one mutex, so each of its methods can be one operation as
long as nobody else takes that mutex. Whoever asks for ``mutex``, ``not_empty``, ``not_full`` or
``all_tasks_done``, or overrides ``_put`` and its like, gets the standard library's own code over
virtual locks instead, for that queue and from then on.
"""

from __future__ import annotations

import types
from collections import deque
from itertools import repeat
from typing import Any, ClassVar

from taskqueue_harness import operations as ops
from taskqueue_harness.world import hooks
from taskqueue_harness.world.locks import TIMEOUT_MAX, Primitive

_HOOKS = ("_init", "_qsize", "_put", "_get")
_CONDITIONS = ("not_empty", "not_full", "all_tasks_done")


class _Part:
    """A lock or condition of a queue, as long as it is not there.

    An attribute of the instance goes before it: what has been changed over has its own.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, queue: QueueModel | None, owner: type) -> Any:
        if queue is None or not queue.__dict__.get("_virtual_modelled"):
            who = (
                f"type object {owner.__name__!r}" if queue is None else f"{owner.__name__!r} object"
            )
            raise AttributeError(f"{who} has no attribute {self._name!r}")
        # An operation: what a thread does before it and after is done in different ways.
        if "_virtual_next_mutex" not in queue.__dict__:
            queue._virtual_next_mutex = queue._virtual_threading.Lock()
        if queue._virtual_look(ops.CONVERT):
            queue._virtual_convert()
        return queue.__dict__[self._name]


class QueueModel(Primitive):
    """Mixed in before the library's Queue: the fast paths, for as long as it is modelled."""

    _virtual_library: ClassVar[Any]
    _virtual_threading: ClassVar[Any]
    _virtual_empty_error: ClassVar[type[Exception]]
    _virtual_full_error: ClassVar[type[Exception]]
    _virtual_shut_error: ClassVar[type[Exception] | None]
    _virtual_lifo: ClassVar[bool] = False
    _virtual_model_hooks: ClassVar[dict[str, Any]]
    _virtual_next_mutex: Any

    def __init__(self, maxsize: int = 0) -> None:
        cls: Any = type(self)
        for name in _HOOKS:
            if getattr(cls, name) is not cls._virtual_model_hooks[name]:
                self._virtual_modelled = False
                self._virtual_library.__init__(self, maxsize)
                return
        self._virtual_modelled = True
        self.maxsize = maxsize
        self._virtual_contents: Any = [] if self._virtual_lifo else deque()
        self._virtual_unfinished = 0
        self._virtual_shut = False
        self._virtual_stamps: deque[Any] = deque()
        self._virtual_room: Any = deque(repeat(None, maxsize)) if maxsize > 0 else True
        self._virtual_idle: list[Any] = [None]
        # Items that a thread has taken and not reported as done.
        self._virtual_taken: dict[Any, int] = {}

    def _virtual_name(self) -> str:
        return type(self).__name__

    mutex = _Part("mutex")
    not_empty = _Part("not_empty")
    not_full = _Part("not_full")
    all_tasks_done = _Part("all_tasks_done")

    def _virtual_convert(self) -> None:
        """Change over to the library's code, waiters included: they begin again there."""
        self._virtual_modelled = False
        contents, unfinished = self._virtual_contents, self._virtual_unfinished
        shut = self._virtual_shut
        self._virtual_library.__init__(self, self.maxsize)
        mutex = self.mutex = self._virtual_next_mutex
        for part in _CONDITIONS:
            setattr(self, part, self._virtual_threading.Condition(mutex))
        self.queue = contents
        self.unfinished_tasks = unfinished
        self._virtual_shut = shut
        for fiber in self._virtual_kernel.live:
            if fiber.obj is self and not fiber.guard:
                fiber.guard = True

    # Attributes that the library documents nowhere and programs look at all the same.

    @property
    def queue(self) -> Any:
        if self._virtual_peek(ops.SIZE):
            hooks.share(self._virtual_contents, self)
        return self._virtual_contents

    @queue.setter
    def queue(self, contents: Any) -> None:
        self._virtual_contents = contents

    @property
    def unfinished_tasks(self) -> int:
        self._virtual_peek(ops.UNFINISHED)
        return self._virtual_unfinished

    @unfinished_tasks.setter
    def unfinished_tasks(self, count: int) -> None:
        self._virtual_unfinished = count

    @property
    def _virtual_is_shutdown(self) -> bool:
        """``Queue.is_shutdown``, where this Python has it."""
        self._virtual_peek(ops.SIZE)
        return self._virtual_shut

    @_virtual_is_shutdown.setter
    def _virtual_is_shutdown(self, shut: bool) -> None:
        self._virtual_shut = shut

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if not self._virtual_modelled:
            self._virtual_library.put(self, item, block, timeout)
            return
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.obj = self
        room = self._virtual_room
        if room is True:
            fiber.op = ops.PUSH if self._virtual_lifo else ops.PUT
            fiber.guard = True
            kernel.point()
            if not self._virtual_modelled:
                self._virtual_library.put(self, item, block, timeout)
                return
        else:
            if not block:
                fiber.op = ops.TRY_PUSH if self._virtual_lifo else ops.TRY_PUT
                fiber.guard = True
            else:
                if timeout is not None:
                    if timeout < 0:
                        raise ValueError("'timeout' must be a non-negative number")
                    fiber.deadline = kernel.time() + timeout
                fiber.op = ops.PUSH if self._virtual_lifo else ops.PUT
                fiber.guard = room
            kernel.point()
            expired, fiber.expired = fiber.expired, False
            if not self._virtual_modelled:
                self._virtual_library.put(self, item, block, timeout)
                return
            if not room and not self._virtual_shut:
                assert not block or expired
                raise self._virtual_full_error
            kernel.changed(fiber)
        if self._virtual_shut:
            assert self._virtual_shut_error is not None
            raise self._virtual_shut_error
        if room is not True:
            fiber.edge = room.popleft()
        self._virtual_contents.append(item)
        self._virtual_stamps.append(kernel.stamp)
        self._virtual_unfinished += 1
        if self._virtual_idle:
            self._virtual_idle.clear()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if not self._virtual_modelled:
            return self._virtual_library.get(self, block, timeout)
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.obj = self
        queue = self._virtual_contents
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
            fiber.guard = self._virtual_stamps
        kernel.point()
        fiber.expired = False
        if not self._virtual_modelled:
            return self._virtual_library.get(self, block, timeout)
        if not queue:
            if self._virtual_shut:
                assert self._virtual_shut_error is not None
                raise self._virtual_shut_error
            raise self._virtual_empty_error
        kernel.changed(fiber)
        taken = self._virtual_taken
        taken[fiber] = taken.get(fiber, 0) + 1
        if self._virtual_room is not True:
            self._virtual_room.append(kernel.stamp)
        if self._virtual_lifo:
            fiber.edge = self._virtual_stamps.pop()
            return queue.pop()
        fiber.edge = self._virtual_stamps.popleft()
        return queue.popleft()

    def put_nowait(self, item: Any) -> None:
        self.put(item, False)

    def get_nowait(self) -> Any:
        return self.get(False)

    def _virtual_look(self, op: ops.Op) -> bool:
        if not self._virtual_modelled:
            return False
        fiber = self._virtual_kernel.current
        fiber.op = op
        fiber.obj = self
        fiber.guard = True
        self._virtual_kernel.point()
        return self._virtual_modelled

    def _virtual_peek(self, op: ops.Op) -> bool:
        """Look at an attribute; over the library's code that is to look past its mutex."""
        if self._virtual_look(op):
            return True
        mutex = self.__dict__.get("mutex")
        if (
            mutex is not None
            and getattr(mutex, "_virtual_owner", None) is not self._virtual_kernel.current
        ):
            mutex.locked()
        return False

    def qsize(self) -> int:
        if self._virtual_look(ops.SIZE):
            return len(self._virtual_contents)
        return int(self._virtual_library.qsize(self))

    def empty(self) -> bool:
        if self._virtual_look(ops.SIZE):
            return not self._virtual_contents
        return bool(self._virtual_library.empty(self))

    def full(self) -> bool:
        if self._virtual_look(ops.SIZE):
            return 0 < self.maxsize <= len(self._virtual_contents)
        return bool(self._virtual_library.full(self))

    def task_done(self) -> None:
        fiber = self._virtual_kernel.current
        taken = self._virtual_taken.get(fiber, 0) if self._virtual_modelled else 0
        if not self._virtual_look(ops.TASK_DONE if taken else ops.UNEARNED_DONE):
            self._virtual_library.task_done(self)
            return
        if taken:
            self._virtual_taken[fiber] = taken - 1
        if self._virtual_unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._virtual_unfinished -= 1
        if not self._virtual_unfinished:
            self._virtual_idle.append(self._virtual_kernel.stamp)

    def join(self) -> None:
        if self._virtual_modelled:
            fiber = self._virtual_kernel.current
            fiber.op = ops.QUEUE_JOIN
            fiber.obj = self
            fiber.guard = self._virtual_idle
            self._virtual_kernel.point()
        if not self._virtual_modelled:
            self._virtual_library.join(self)

    def _virtual_shutdown(self, immediate: bool = False) -> None:
        """``Queue.shutdown``, where this Python has it."""
        if not self._virtual_look(ops.SHUT):
            self._virtual_library.shutdown(self, immediate)
            return
        self._virtual_shut = True
        if immediate:
            self._virtual_unfinished = max(
                self._virtual_unfinished - len(self._virtual_contents), 0
            )
            self._virtual_contents.clear()
            self._virtual_stamps.clear()
            if not self._virtual_unfinished and not self._virtual_idle:
                self._virtual_idle.append(self._virtual_kernel.stamp)
        for fiber in self._virtual_kernel.live:
            if fiber.obj is self and not fiber.guard and fiber.op in (ops.GET, ops.PUT, ops.PUSH):
                fiber.guard = True
        # From here on nobody waits.
        self._virtual_stamps = Always(self._virtual_stamps)
        if self._virtual_room is not True:
            self._virtual_room = Always()


class Always(deque):  # type: ignore[type-arg]
    """A queue of stamps that is true although it is empty."""

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Any:
        return super().popleft() if len(self) else None


class SimpleQueue(Primitive):
    """``_queue.SimpleQueue``."""

    __slots__ = ("__weakref__", "_virtual_items", "_virtual_stamps")
    __class_getitem__: Any = classmethod(types.GenericAlias)
    _virtual_empty_error: ClassVar[type[Exception]]
    _virtual_items: deque[Any]
    _virtual_stamps: deque[Any]

    def __new__(cls, /, *args: object, **kwargs: object) -> SimpleQueue:
        # One made in C is whole before its __init__, which a derived class need not call.
        if (args or kwargs) and cls.__init__ is object.__init__:
            kind = "positional" if args else "keyword"
            raise TypeError(f"SimpleQueue() takes no {kind} arguments")
        self = object.__new__(cls)
        self._virtual_items = deque()
        self._virtual_stamps = deque()
        return self

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        kernel = self._virtual_kernel
        fiber = kernel.current
        fiber.op = ops.PUT
        fiber.obj = self
        fiber.guard = True
        kernel.point()
        self._virtual_items.append(item)
        self._virtual_stamps.append(kernel.stamp)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        kernel = self._virtual_kernel
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
            fiber.guard = self._virtual_items
        kernel.point()
        fiber.expired = False
        if not self._virtual_items:
            raise self._virtual_empty_error
        kernel.changed(fiber)
        fiber.edge = self._virtual_stamps.popleft()
        return self._virtual_items.popleft()

    def put_nowait(self, item: Any) -> None:
        self.put(item)

    def get_nowait(self) -> Any:
        return self.get(False)

    def _virtual_size(self) -> int:
        fiber = self._virtual_kernel.current
        fiber.op = ops.SIZE
        fiber.obj = self
        fiber.guard = True
        self._virtual_kernel.point()
        return len(self._virtual_items)

    def empty(self) -> bool:
        return not self._virtual_size()

    def qsize(self) -> int:
        return self._virtual_size()
