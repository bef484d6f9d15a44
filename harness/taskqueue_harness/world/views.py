"""What a world shows of modules that are not its own: shared packages, and ``sys.modules``."""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taskqueue_harness.world.loader import World

__all__ = ["Modules", "view_of"]


def view_of(world: World, name: str) -> types.ModuleType:
    """A shared package, with the modules of this world in place of the real ones."""
    real = importlib.import_module(name)
    view = types.ModuleType(name, real.__doc__)
    vars(view).update(vars(real))
    world.modules[name] = view
    prefix = name + "."
    for one in world.concerned:
        if one.startswith(prefix) and "." not in one[len(prefix) :]:
            vars(view).pop(one[len(prefix) :], None)
    handed_on = {key: home for key, value in vars(real).items() if (home := _home(world, value))}
    for key in handed_on:
        vars(view).pop(key, None)
    view.__getattr__ = lambda attribute: _member(world, name, attribute, handed_on)  # type: ignore[method-assign]
    return view


def _home(world: World, value: Any) -> tuple[str, str] | None:
    """The module in scope, and the name there, of a class or function that a package hands on.

    ``from package import Class`` must give the class of this world, not the one that the real
    package imported.
    """
    if not issubclass(type(value), (type, types.FunctionType)):
        return None
    if "<locals>" in value.__qualname__:
        return None
    home = value.__module__
    return (home, value.__qualname__) if home in world.sources else None


def _member(
    world: World, package: str, attribute: str, handed_on: Mapping[str, tuple[str, str]]
) -> Any:
    if attribute in handed_on:
        return _at(world, *handed_on[attribute])
    name = f"{package}.{attribute}"
    if name in world.concerned:
        return world.module(name)
    own = vars(sys.modules[package]).get("__getattr__")
    if own is None:
        raise AttributeError(f"module {package!r} has no attribute {attribute!r}")
    value = own(attribute)
    found = _home(world, value)
    return value if found is None else _at(world, *found)


def _at(world: World, home: str, path: str) -> Any:
    return functools.reduce(getattr, path.split("."), world.module(home))


class Modules(MutableMapping[str, Any]):
    """``sys.modules`` of a world: what it has executed, and for the rest what the process has."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> Any:
        world = self._world
        if name in world.modules:
            return world.modules[name]
        if name in world.sources:
            raise KeyError(name)
        return world.module(name) if name in world.virtual else sys.modules[name]

    def __setitem__(self, name: str, module: Any) -> None:
        self._world.modules[name] = module

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        # What is not of this execution stays where it is: it is the process's, or virtual.
        self._world.modules.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        world = self._world
        yield from world.modules
        for name in list(sys.modules):
            if name not in world.modules and name not in world.sources:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)
