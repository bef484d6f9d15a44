"""The virtual ``time``: a clock that moves only when nothing else can."""

from __future__ import annotations

import select as real_select
import time as real
import types
from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.kernel import Kernel

EPOCH = 1_700_000_000.0
"""What ``time.time()`` says when an execution begins."""

START = 1_000.0
"""What ``time.monotonic()`` says when an execution begins."""


def sleep(kernel: Kernel, seconds: Any) -> None:
    """Let `seconds` of virtual time pass for this thread; 0 only lets others go first."""
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


def time_module(kernel: Kernel) -> types.ModuleType:
    """A ``time`` whose clocks and sleep are those of `kernel`; the rest is the real one."""
    module = types.ModuleType("time", real.__doc__)
    names = vars(module)
    names.update({name: value for name, value in vars(real).items() if not name.startswith("__")})

    def clock(start: float, nanoseconds: bool) -> Any:
        if nanoseconds:
            return lambda: round((start + kernel.read_clock()) * 1e9)
        return lambda: start + kernel.read_clock()

    for name, start in (
        ("time", EPOCH),
        ("monotonic", START),
        ("perf_counter", START),
        ("process_time", START),
        ("thread_time", START),
    ):
        names[name] = clock(start, False)
        names[f"{name}_ns"] = clock(start, True)

    def virtual_sleep(seconds: Any, /) -> None:
        sleep(kernel, seconds)

    names["sleep"] = virtual_sleep
    for name in ("localtime", "gmtime", "ctime", "strftime", "asctime"):
        names[name] = _dated(getattr(real, name), names["time"])
    return module


def select_module(kernel: Kernel) -> types.ModuleType:
    """A ``select`` whose select() is a sleep where it has nothing but a timeout to wait for."""
    module = types.ModuleType("select", real_select.__doc__)
    names = vars(module)
    names.update(
        {name: value for name, value in vars(real_select).items() if not name.startswith("__")}
    )

    def select(
        rlist: Any, wlist: Any, xlist: Any, timeout: Any = None, /
    ) -> tuple[list[Any], list[Any], list[Any]]:
        if timeout is not None and not (rlist or wlist or xlist):
            sleep(kernel, timeout)
            return [], [], []
        return real_select.select(rlist, wlist, xlist, timeout)

    names["select"] = select
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
