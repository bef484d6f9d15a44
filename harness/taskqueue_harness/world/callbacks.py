"""What a program gives the library to call later: a call into C is an operation then, too.

Where the program names a bound method as it hands it out, the rewriting sees to that
(`hooks.guard`).  One that comes out of a variable, a list or a function call it cannot tell from
anything else; here it is known what it is, and that only the library will call it.
"""

from __future__ import annotations

import functools
import inspect
import types
from typing import Any

from taskqueue_harness.world import hooks
from taskqueue_harness.world.marks import NOWHERE

__all__ = ["watch_callbacks", "watched"]

TAKEN: dict[str, tuple[tuple[str, str, str], ...]] = {
    "threading": (
        ("Thread", "__init__", "target"),
        ("Timer", "__init__", "function"),
        ("Barrier", "__init__", "action"),
    ),
    "concurrent.futures.thread": (("ThreadPoolExecutor", "submit", "fn"),),
    "concurrent.futures._base": (("Future", "add_done_callback", "fn"),),
    "multiprocessing.pool": (
        ("Pool", "apply_async", "func"),
        ("Pool", "_map_async", "func"),
        ("Pool", "imap", "func"),
        ("Pool", "imap_unordered", "func"),
    ),
    "sched": (("scheduler", "enterabs", "action"),),
}
"""By module of the library: class, method, and the parameter that takes the function."""


def watched(function: Any) -> Any:
    """What to call in place of a function that the library was given: itself, if in Python."""
    inner = function
    while type(inner) is functools.partial:
        inner = inner.func
    if hooks.watch(inner, NOWHERE) is inner:
        return function
    return hooks.Guarded(function, NOWHERE)


def watch_callbacks(name: str, module: types.ModuleType) -> None:
    """Have the module `name` watch what it is given to call."""
    for owner, method, parameter in TAKEN.get(name, ()):
        cls = vars(module)[owner]
        setattr(cls, method, _watching(vars(cls)[method], parameter))


def _watching(method: Any, parameter: str) -> Any:
    place = list(inspect.signature(method).parameters).index(parameter)

    @functools.wraps(method)
    def watching(*args: Any, **kwargs: Any) -> Any:
        if len(args) > place:
            args = (*args[:place], watched(args[place]), *args[place + 1 :])
        elif parameter in kwargs:
            kwargs[parameter] = watched(kwargs[parameter])
        return method(*args, **kwargs)

    return watching
