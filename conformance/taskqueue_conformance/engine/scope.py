"""Which modules are under control: where the implementation is, and what it is made of."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

from taskqueue_conformance.adapters import HandlerAdapter, PullAdapter
from taskqueue_harness.files import is_standard
from taskqueue_harness.own import MOST, is_about_threads, own_modules, size_of, source_of
from taskqueue_harness.world.rewrite import rewrite_together

__all__ = ["Place", "place_of", "warm_up"]

Place = tuple[tuple[str, str], tuple[str, ...]]
"""Where the implementation is, module and path within it, and the modules to control."""

_LARGEST = 400_000
"""Bytes of source in scope; see `own.MOST`."""


def place_of(subject: Any, module: str, path: str) -> Place:
    """Where to find a subject, and what to control.

    In scope is all that was loaded of the package that the subject was named in or is defined in
    (for a module in no package: of its folder); where that is too much, what the module that
    defines it imports of that, and what these import. Of other people's modules, which a subject
    may be derived from or built of, those that are about threads.

    Builds one queue, without running it.

    Args:
        subject: what ``--impl`` names.
        module: the name of the module it was loaded from.
        path: of attributes within that.
    """
    home = getattr(subject, "__module__", None)
    name = getattr(subject, "__qualname__", None)
    if not (isinstance(home, str) and isinstance(name, str) and _at(home, name) is subject):
        home, name = module, path
    parts = [_home(one) for one in _parts(subject)]
    own = own_modules((module, home))
    if _is_small(own):
        # Executed as it was loaded: what the module that was named sets up is done.
        scope = [*own]
    else:
        scope = [home]
        module, path = home, name
    if isinstance(subject, (HandlerAdapter, PullAdapter)):
        scope.append("taskqueue_conformance.adapters")
    todo = [*parts, *(used for one in scope for used in _used_by(one))]
    while todo and len(scope) < MOST:
        one = todo.pop(0)
        if one is None or one.__name__ in scope or not _is_concerned(one, own):
            continue
        scope.append(one.__name__)
        todo += _used_by(one.__name__)
    return (module, path), tuple(scope)


def _is_small(names: Sequence[str]) -> bool:
    return 0 < len(names) <= MOST and size_of(names) <= _LARGEST


def _used_by(name: str) -> Iterator[types.ModuleType | None]:
    """The modules that a module has imported, or has classes and functions of."""
    module = sys.modules.get(name)
    for value in list(vars(module).values()) if module is not None else ():
        yield _home(value)


def warm_up(module: str) -> None:
    """Rewrite the source of a module ahead, and of what belongs with it, for all the processes
    that will be forked from this.
    """
    own = own_modules((module,))
    texts: list[tuple[bytes, str]] = []
    with contextlib.suppress(OSError, SyntaxError, RecursionError):
        for name in own if _is_small(own) else (module,):
            file = source_of(sys.modules.get(name))
            with open(file, "rb") as stream:
                texts.append((stream.read(), file))
        rewrite_together(texts)


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


def _is_concerned(module: types.ModuleType, own: Sequence[str]) -> bool:
    """Whether a module is to be controlled that one in scope uses.

    Where a package only hands on what another module defines, that module counts: a package's
    ``__init__`` may import half the world.
    """
    file = source_of(module)
    if not file or is_standard(file) or module.__name__.partition(".")[0] in _OWN:
        return False
    if module.__name__ in own:
        return os.path.basename(file) != "__init__.py"
    return is_about_threads(file)


_OWN = ("taskqueue_harness", "taskqueue_conformance")
