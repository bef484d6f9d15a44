"""Looking at the objects of a program without running any of its code.

``x.name``, ``hasattr``, ``isinstance``, ``==`` and a look into a dict can each run a
``__getattr__``, a property, or the ``__eq__`` and ``__hash__`` of a class or of its metaclass. The
original program runs none of these where a hook stands, so the hooks must not either: they ask the
types.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

_TYPE = vars(type)

mro_of: Callable[[type], tuple[type, ...] | None] = _TYPE["__mro__"].__get__
"""The bases of a class in order; None while the class is being made."""
names_of: Callable[[type], types.MappingProxyType[str, Any]] = _TYPE["__dict__"].__get__
"""What a class itself defines, its bases left out."""
flags_of: Callable[[type], int] = _TYPE["__flags__"].__get__
name_of: Callable[[type], str] = _TYPE["__name__"].__get__
qualified_name_of: Callable[[type], str] = _TYPE["__qualname__"].__get__

Key = type | int


def key(cls: type) -> Key:
    """What stands for a class in a dict: its own hash and equality, if any, are not asked.

    It is the class itself wherever that is as good, which is faster. Elsewhere it is the address:
    whoever keeps it must keep the class alive as well.
    """
    return cls if type(cls) is type else id(cls)


def of_class(cls: type, name: str, default: Any = None) -> Any:
    """What an attribute is in the class or the first base that has it; not bound to anything."""
    base = definer_of(cls, name)
    return default if base is None else names_of(base)[name]


def definer_of(cls: type, name: str) -> type | None:
    """The class or the first base that has an attribute; None if there is none."""
    for base in mro_of(cls) or ():
        if name in names_of(base):
            return base
    return None


def module_of(cls: type) -> str:
    """The name of the module that a class says it is of; empty if that is no string."""
    module = names_of(cls).get("__module__")
    if module is None and not flags_of(cls) & HEAP_TYPE:
        module = cls.__module__
    return module if type(module) is str else ""


HEAP_TYPE = 1 << 9
"""The flag of classes that are made at run time: those of Python, and some of C."""

_BY_C = (types.GetSetDescriptorType, types.MemberDescriptorType)


def variables_getter(cls: type) -> Callable[[Any], dict[str, Any]]:
    """What finds the ``__dict__`` of an instance of the class; empty for one that has none."""
    found = of_class(cls, "__dict__")
    return found.__get__ if type(found) in _BY_C else no_variables


def variables_of(target: object) -> dict[str, Any]:
    """The ``__dict__`` of an object; empty if it has none."""
    return variables_getter(type(target))(target)


def no_variables(target: object) -> dict[str, Any]:
    """The getter of classes whose instances have no ``__dict__``, or one made by code."""
    return {}
