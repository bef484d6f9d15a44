"""Which modules are under control: where the implementation is, and what it is made of."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

from taskqueue_conformance.adapters import HandlerAdapter, PullAdapter
from taskqueue_harness.files import is_standard
from taskqueue_harness.world.rewrite import rewrite

__all__ = ["Place", "place_of", "warm_up"]

Place = tuple[tuple[str, str], tuple[str, ...]]
"""Where the implementation is, module and path within it, and the modules to control."""

_THREADED = (b"threading", b"_thread", b"queue", b"concurrent.futures", b"multiprocessing")
"""A module whose source has none of these words has nothing to control but its variables."""

_MOST = 12
"""Modules in scope; each is executed again and again."""


def place_of(subject: Any, module: str, path: str) -> Place:
    """Where to find a subject, and what to control.

    In scope are the module that defines it and, as far as they are about threads, those of its base
    classes, of what it builds and of that one's parts, and of the classes and functions that any of
    these modules uses. Where a package only hands on what another module defines, that module
    counts: a package's ``__init__`` may import half the world.

    Builds one queue, without running it.

    Args:
        subject: what ``--impl`` names.
        module: the name of the module it was loaded from.
        path: of attributes within that.
    """
    home = getattr(subject, "__module__", None)
    name = getattr(subject, "__qualname__", None)
    if isinstance(home, str) and isinstance(name, str) and _at(home, name) is subject:
        module, path = home, name
    scope = [module]
    if isinstance(subject, (HandlerAdapter, PullAdapter)):
        scope.append("taskqueue_conformance.adapters")
    todo = [_home(one) for one in _parts(subject)]
    todo += [_home(value) for value in list(vars(sys.modules[module]).values())]
    while todo and len(scope) < _MOST:
        one = todo.pop(0)
        if one is None or one.__name__ in scope or not _is_concerned(one):
            continue
        scope.append(one.__name__)
        todo += [_home(value) for value in list(vars(one).values())]
    return (module, path), tuple(scope)


def warm_up(module: str) -> None:
    """Rewrite the source of a module ahead, for all the processes that will be forked from this."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is not None and file.endswith(".py"):
        with contextlib.suppress(OSError, SyntaxError, RecursionError), open(file, "rb") as stream:
            rewrite(stream.read(), file, attribute_writes=frozenset())


def _at(module: str, path: str) -> Any:
    try:
        return functools.reduce(getattr, path.split("."), sys.modules[module])
    except (AttributeError, KeyError):
        return None


def _parts(subject: Any) -> Iterator[Any]:
    """The subject, what it is derived from or wraps, what it builds, and what that holds."""
    yield subject
    inner = getattr(subject, "func", None)
    if inner is not None:
        yield inner
        yield from getattr(inner, "__globals__", {}).values()
    classes = [subject] if isinstance(subject, type) else []
    with contextlib.suppress(Exception):
        queue = subject(lambda q: None, [lambda q: None])
        with contextlib.suppress(TypeError):
            classes += [type(one) for one in list(vars(queue).values())]
        classes.append(type(queue))
    for cls in classes:
        yield from cls.__mro__


def _home(value: Any) -> types.ModuleType | None:
    """The module that a class or function was defined in, or that a value is."""
    cls = type(value)  # isinstance would ask an object of the implementation for its class
    if issubclass(cls, types.ModuleType):
        return value  # type: ignore[no-any-return]
    if not issubclass(cls, (type, types.FunctionType, types.MethodType, functools.partial)):
        return None
    name = getattr(value, "__module__", None)
    return sys.modules.get(name) if isinstance(name, str) else None


def _is_concerned(module: types.ModuleType) -> bool:
    """Whether a module is Python, about threads, and not the interpreter's or this project's."""
    file = getattr(module, "__file__", None)
    if not file or not file.endswith(".py") or os.path.basename(file) == "__init__.py":
        return False
    if module.__name__.partition(".")[0] in _OWN:
        return False
    if is_standard(file):
        return False
    with open(file, "rb") as stream:
        text = stream.read()
    return any(word in text for word in _THREADED)


_OWN = ("taskqueue_harness", "taskqueue_conformance")
