"""Using an executed module again, if nothing can tell it from a new one.

Executing a module takes longer than most executions of a program. A module that holds only
functions, classes, constants and plain containers need not be executed again: what an execution
changed in it is put back. A module with anything else (a lock, an open file, an instance of a class
of its own) is executed afresh each time.
"""

from __future__ import annotations

import types
from typing import Any

from taskqueue_harness.world import plainly

_SCALARS = (int, float, complex, str, bytes, bool, type(None), type(...), range)
_DESCRIPTORS = (
    types.MemberDescriptorType,
    types.GetSetDescriptorType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.BuiltinFunctionType,
)
_ALIASES = (types.GenericAlias, types.UnionType)
_EMPTY = object()
"""Stands for the content of a cell whose variable is not bound."""


class Unknown(Exception):
    """The module holds something whose state is not known to be restorable."""


class Snapshot:
    """What a module held right after it was executed."""

    def __init__(self, module: types.ModuleType, shared: tuple[type, ...]) -> None:
        self.name = module.__name__
        self._shared = shared
        self._seen: set[int] = set()
        self._containers: list[tuple[Any, Any, list[Any]]] = []
        self._classes: list[tuple[type, dict[str, Any], list[int]]] = []
        self._functions: list[tuple[types.FunctionType, tuple[Any, ...]]] = []
        self._cells: list[tuple[types.CellType, Any]] = []
        self._names = vars(module)
        self._saved = dict(self._names)
        self._ids = list(map(id, self._saved.values()))
        self._keys = self._saved.keys()
        for name, value in self._saved.items():
            if name not in ("__builtins__", "__spec__", "__loader__"):
                self._take(value)

    def restore(self) -> None:
        """Put back what has changed since."""
        # By identity: a new list that is equal to the old one is not the old one.
        if list(map(id, self._names.values())) != self._ids or self._names.keys() != self._keys:
            self._names.clear()
            self._names.update(self._saved)
        for container, saved, ids in self._containers:
            if len(container) != len(saved) or _ids(container) != ids:
                container.clear()
                if type(container) is list:
                    container.extend(saved)
                else:
                    container.update(saved)
        for cls, saved, ids in self._classes:
            if list(map(id, vars(cls).values())) != ids or vars(cls).keys() != saved.keys():
                now = vars(cls)
                for name in list(now):
                    if name not in saved:
                        delattr(cls, name)
                for name, value in saved.items():
                    if vars(cls).get(name) is not value:
                        setattr(cls, name, value)
        for function, parts in self._functions:
            if function.__dict__:
                function.__dict__.clear()
            if function.__code__ is not parts[0]:
                function.__code__ = parts[0]
            if function.__defaults__ is not parts[1]:
                function.__defaults__ = parts[1]
        for cell, content in self._cells:
            if _content(cell) is not content:
                if content is _EMPTY:
                    del cell.cell_contents
                else:
                    cell.cell_contents = content

    def _take(self, value: Any) -> None:
        cls = type(value)
        if type(cls) is not type and not issubclass(cls, type):
            raise Unknown("an instance of a class of a metaclass")
        if cls in _SCALARS or cls is types.ModuleType or cls in _DESCRIPTORS:
            return
        if id(value) in self._seen:
            return
        self._seen.add(id(value))
        if cls in self._shared or issubclass(cls, types.ModuleType):
            return
        if cls is types.FunctionType:
            if value.__module__ == self.name:
                self._function(value)
        elif issubclass(cls, type):
            if plainly.module_of(value) == self.name:
                self._class(value)
        elif cls in (list, set):
            self._containers.append((value, cls(value), _ids(value)))
            for one in value:
                self._take(one)
        elif cls is dict:
            self._containers.append((value, dict(value), _ids(value)))
            for key, one in value.items():
                self._take(key)
                self._take(one)
        elif cls in (tuple, frozenset):
            for one in value:
                self._take(one)
        elif cls in (staticmethod, classmethod):
            self._take(value.__func__)
        elif cls is property:
            for one in (value.fget, value.fset, value.fdel):
                self._take(one)
        elif cls not in _ALIASES and plainly.module_of(cls) not in ("typing", "__future__"):
            raise Unknown(f"{plainly.module_of(cls)}.{plainly.qualified_name_of(cls)}")

    def _function(self, function: types.FunctionType) -> None:
        if function.__dict__:
            raise Unknown("attributes of a function")
        for one in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self._take(one)
        for cell in function.__closure__ or ():
            content = _content(cell)
            self._cells.append((cell, content))
            if content is not _EMPTY:
                self._take(content)
        self._functions.append((function, (function.__code__, function.__defaults__)))

    def _class(self, cls: type) -> None:
        if type(cls) is not type:
            raise Unknown("a metaclass")
        for name, value in vars(cls).items():
            if name not in ("__dict__", "__weakref__", "__doc__", "__module__"):
                self._take(value)
        saved = dict(vars(cls))
        self._classes.append((cls, saved, list(map(id, saved.values()))))


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _EMPTY


def _ids(container: Any) -> list[Any]:
    if type(container) is dict:
        return [*map(id, container), *map(id, container.values())]
    return sorted(map(id, container)) if type(container) is set else list(map(id, container))
