"""The virtual ``time``: a clock that moves only when nothing else can."""

from __future__ import annotations

import math
import select as real_select
import time as real
import types
from collections.abc import Callable
from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.kernel import Kernel

EPOCH = 1_700_000_000.0
"""What ``time.time()`` says when an execution begins."""

START = 1_000.0
"""What ``time.monotonic()`` says when an execution begins."""


def sleep(kernel: Kernel, seconds: Any) -> None:
    """Let `seconds` of virtual time pass for this thread; 0 only lets others go first."""
    sleep_of(kernel)(seconds)


def sleep_of(kernel: Kernel) -> Callable[[Any], None]:
    """`sleep`, as a function of the seconds only.

    In one frame: a thread begins on the stack of the one that gives way to it, and up to 3.11 fifty
    of them that sleep are close to the limit of recursion.
    """

    def sleep(seconds: Any, /) -> None:
        if not isinstance(seconds, (int, float)):
            if not hasattr(seconds, "__float__") and not hasattr(seconds, "__index__"):
                raise TypeError(
                    f"'{type(seconds).__name__}' object cannot be interpreted as an integer"
                )
            seconds = float(seconds)
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        fiber = kernel.current
        fiber.obj = fiber
        if seconds:
            fiber.op = ops.SLEEP
            fiber.guard = False
            fiber.deadline = kernel.time() + seconds
        else:
            fiber.op = ops.YIELD
            fiber.guard = True
        kernel.point()
        fiber.expired = False

    return sleep


def time_module(kernel: Kernel) -> types.ModuleType:
    """A ``time`` whose clocks and sleep are those of `kernel`; the rest is the real one."""
    module = types.ModuleType("time", real.__doc__)
    names = vars(module)
    names.update({name: value for name, value in vars(real).items() if not name.startswith("__")})

    def clock(start: float, nanoseconds: bool) -> Any:
        if nanoseconds:
            return lambda: round((start + kernel.read_clock()) * 1e9)
        return lambda: start + kernel.read_clock()

    made: dict[str, Any] = {"sleep": sleep_of(kernel)}
    for name, start in (
        ("time", EPOCH),
        ("monotonic", START),
        ("perf_counter", START),
        ("process_time", START),
        ("thread_time", START),
    ):
        made[name] = clock(start, False)
        made[f"{name}_ns"] = clock(start, True)
    for name in ("localtime", "gmtime", "ctime", "strftime", "asctime"):
        made[name] = _dated(getattr(real, name), made["time"])
    for name, function in made.items():
        function.__name__ = function.__qualname__ = name
        function.__module__ = "time"
        # Like one of C it must be no method of a class that has it as an attribute.
        names[name] = staticmethod(function)
    return module


def _dated(function: Any, now: Any) -> Any:
    """A function of the real ``time`` that takes the present moment from the virtual clock."""
    name = function.__name__

    def dated(*args: Any) -> Any:
        if name in ("localtime", "gmtime", "ctime"):
            return function(*args) if args and args[0] is not None else function(now())
        if name == "strftime" and len(args) == 1:
            return function(args[0], real.localtime(now()))
        if name == "asctime" and not args:
            return function(real.localtime(now()))
        return function(*args)

    return dated


# -- waits for descriptors and signals, where there are none


def select_module(kernel: Kernel) -> types.ModuleType:
    """A ``select`` whose waits are sleeps where there is nothing but a timeout to wait for."""
    module = types.ModuleType("select", real_select.__doc__)
    names = vars(module)
    names.update(
        {name: value for name, value in vars(real_select).items() if not name.startswith("__")}
    )
    # The method of a kernel is no method of a class that has it as an attribute, either; and other
    # than a staticmethod it is seen to be given lists.
    names["select"] = types.MethodType(_select, kernel)
    for cls in (Poll, Epoll):
        if cls.__name__.lower() in names:
            own = {"_virtual_kernel": kernel, "__module__": "select", "__doc__": cls.__doc__}
            names[cls.__name__.lower()] = type(cls.__name__.lower(), (cls,), own)
    return module


def _select(
    kernel: Kernel, rlist: Any, wlist: Any, xlist: Any, timeout: Any = None, /
) -> tuple[list[Any], list[Any], list[Any]]:
    if timeout is not None and not (rlist or wlist or xlist):
        sleep(kernel, timeout)
        return [], [], []
    return real_select.select(rlist, wlist, xlist, timeout)


def passes(timeout: Any) -> bool:
    """Whether a wait with this timeout ends by itself. What is no time is for the real one."""
    return isinstance(timeout, (int, float)) and 0 <= timeout < math.inf


class Poll:
    """A ``select.poll()`` that sleeps as long as nothing is registered with it."""

    _virtual_kernel: Kernel

    def __init__(self) -> None:
        self._virtual_real: Any = self._virtual_make()
        self._virtual_watched: set[int] = set()

    def _virtual_make(self) -> Any:
        return real_select.poll()

    def register(self, fd: Any, *args: Any, **kwargs: Any) -> None:
        self._virtual_real.register(fd, *args, **kwargs)
        self._virtual_watched.add(_number(fd))

    def modify(self, fd: Any, eventmask: int) -> None:
        self._virtual_real.modify(fd, eventmask)

    def unregister(self, fd: Any) -> None:
        self._virtual_real.unregister(fd)
        self._virtual_watched.discard(_number(fd))

    def poll(self, timeout: Any = None, /) -> list[tuple[int, int]]:
        if self._virtual_watched or not passes(timeout):
            return list(self._virtual_real.poll(timeout))
        sleep(self._virtual_kernel, math.ceil(timeout) / 1000)
        return []


class Epoll(Poll):
    """A ``select.epoll()`` that sleeps as long as nothing is registered with it."""

    def __init__(self, sizehint: int = -1, flags: int = 0) -> None:
        self._virtual_arguments = sizehint, flags
        super().__init__()

    def _virtual_make(self) -> Any:
        return real_select.epoll(*self._virtual_arguments)

    @classmethod
    def fromfd(cls, fd: int, /) -> Epoll:
        made = cls()
        made._virtual_real.close()
        made._virtual_real = real_select.epoll.fromfd(fd)
        made._virtual_watched.add(-1)  # who knows what is
        return made

    def poll(self, timeout: Any = None, maxevents: int = -1) -> list[tuple[int, int]]:
        if self._virtual_watched or not passes(timeout):
            return list(self._virtual_real.poll(timeout, maxevents))
        self._virtual_real.poll(0, maxevents)  # which may refuse
        sleep(self._virtual_kernel, timeout)
        return []

    def __enter__(self) -> Epoll:
        self._virtual_real.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self._virtual_real.close()

    @property
    def closed(self) -> bool:
        return bool(self._virtual_real.closed)

    def fileno(self) -> int:
        return int(self._virtual_real.fileno())


def _number(fd: Any) -> int:
    return fd if isinstance(fd, int) else int(fd.fileno())
