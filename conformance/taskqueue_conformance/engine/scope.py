"""Which modules are under control: where the implementation is, and what it is made of."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from types import ModuleType
from typing import Any

from taskqueue_conformance.adapters import HandlerAdapter, PullAdapter

__all__ = ["Place", "place_of"]

Place = tuple[tuple[str, str], tuple[str, ...]]
"""Where the implementation is, module and path within it, and the modules to control."""

THREADED = (b"threading", b"_thread", b"queue", b"concurrent.futures", b"multiprocessing")
"""A module whose source has none of these words has nothing to control but its variables."""


def place_of(subject: Any, module: str, path: str) -> Place:
    """Where to find a subject, and what to control.

    In scope are the module that defines it, those of its base classes, and the modules beside
    them, of the same package or folder, that are about threads. Where a package only hands on what
    another module defines, that module counts: a package's ``__init__`` may import half the world.

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
    todo = [sys.modules[module]]
    if isinstance(subject, type):
        todo += [sys.modules[base.__module__] for base in subject.__mro__[1:-1]]
    while todo:
        one = todo.pop()
        if _is_library(one):
            continue
        if one.__name__ not in scope:
            scope.append(one.__name__)
        todo += [other for other in _beside(one) if other.__name__ not in scope]
    return (module, path), tuple(scope)


def _at(module: str, path: str) -> Any:
    try:
        return functools.reduce(getattr, path.split("."), sys.modules[module])
    except (AttributeError, KeyError):
        return None


def _beside(module: ModuleType) -> list[ModuleType]:
    """The modules of its folder that a module uses, and that are about threads."""
    folder = os.path.dirname(getattr(module, "__file__", None) or "")
    found = []
    for other in {_home(value) for value in list(vars(module).values())} - {None, module}:
        assert other is not None
        file = getattr(other, "__file__", None) or ""
        if os.path.dirname(file) != folder or not file.endswith(".py") or _is_library(other):
            continue
        if os.path.basename(file) == "__init__.py":
            continue
        with open(file, "rb") as stream:
            text = stream.read()
        if any(word in text for word in THREADED):
            found.append(other)
    return sorted(found, key=lambda one: one.__name__)


def _home(value: Any) -> ModuleType | None:
    """The module that a value is, or was defined in."""
    if isinstance(value, ModuleType):
        return value
    name = getattr(value, "__module__", None)
    return sys.modules.get(name) if isinstance(name, str) else None


def _is_library(module: ModuleType) -> bool:
    """Whether it is of the interpreter or of this project, or no Python at all."""
    file = getattr(module, "__file__", None)
    if file is None or module.__name__.partition(".")[0] in _OWN:
        return True
    paths = sysconfig.get_paths()
    if file.startswith((paths["purelib"] + os.sep, paths["platlib"] + os.sep)):
        return False
    return bool(file.startswith((paths["stdlib"] + os.sep, paths["platstdlib"] + os.sep)))


_OWN = ("taskqueue_harness", "taskqueue_conformance")
