"""The virtual ``asyncio``: everything is there but an event loop.

A loop waits in a selector, for real and for all threads of an execution at once, and it checks that
futures and executors are those of the process.  So a program that makes or runs one is told to be
out of control, there and then, and none of its threads is blamed for what would have followed.
What needs no loop (exceptions, ``iscoroutinefunction``, the definition of a coroutine) is the real
thing.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any

from taskqueue_harness.kernel import RUNNING, Kernel

__all__ = ["MODULES", "WHY", "modules"]

MODULES = (
    "asyncio",
    "asyncio.events",
    "asyncio.futures",
    "asyncio.runners",
    *(["asyncio.unix_events"] if sys.platform != "win32" else []),
)
"""Where what needs a loop is found: the package, and the modules it takes it from."""

WHY = (
    "it runs an asyncio event loop, which waits in a selector outside the engine's control and "
    "knows of no virtual threads"
)

_CLASSES = frozenset(
    {"DefaultEventLoopPolicy", "EventLoop", "Runner", "SelectorEventLoop"},
)
_FUNCTIONS = frozenset(
    {
        "get_event_loop",
        "get_event_loop_policy",
        "new_event_loop",
        "run",
        "set_event_loop",
        "set_event_loop_policy",
        "wrap_future",
    }
)
"""What makes a loop, or sets or gets what makes one. To set none is as good as nothing."""


def modules(kernel: Kernel) -> dict[str, types.ModuleType]:
    """The modules of a world, by name, with one and the same function where they share it."""

    def refuse(*args: Any) -> None:
        # Called outside an execution this is the real thing.
        if RUNNING.kernel is kernel:
            for one in args:
                if inspect.iscoroutine(one):
                    one.close()  # lest it complain that nobody awaited it
            kernel.give_up(WHY)

    stands_for = functools.cache(functools.partial(_stand_in, refuse))
    found = {}
    for name in MODULES:
        real = importlib.import_module(name)
        found[name] = module = types.ModuleType(name, real.__doc__)
        names = vars(module)
        names.update(vars(real))
        for one in (_CLASSES | _FUNCTIONS | {"get_running_loop"}) & names.keys():
            names[one] = stands_for(names[one])
    for name in MODULES[1:]:
        setattr(found["asyncio"], name.partition(".")[2], found[name])
    return found


def _stand_in(refuse: Callable[..., None], real: Any) -> Any:
    """What a program finds in place of a class or function that needs a loop."""
    if inspect.isclass(real):

        def new(cls: type, *args: Any, **kwargs: Any) -> Any:
            refuse()
            return object.__new__(cls)

        return type(real.__name__, (real,), {"__new__": new, "__module__": real.__module__})

    @functools.wraps(real)
    def function(*args: Any, **kwargs: Any) -> Any:
        if real.__name__ == "get_running_loop":
            # Without a loop it says so itself; with one it was run by what is not in scope.
            real()
        if real.__name__[:4] != "set_" or args != (None,):
            refuse(*args, *kwargs.values())
        return real(*args, **kwargs)

    return function
