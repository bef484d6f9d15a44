"""How an attribute is reached: from a class and a name to what reading or writing it touches."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from taskqueue_harness.world import effects, plainly
from taskqueue_harness.world.locations import CONTENTS, Access
from taskqueue_harness.world.marks import MODULE_VARIABLES, is_rewritten

if TYPE_CHECKING:
    from taskqueue_harness.world.memory import Memory

__all__ = ["ATTRIBUTE_CALLS", "ATTRIBUTE_METHODS", "Plan", "plan_of"]

Plan = Callable[["Memory", Any, str, bool], Sequence[Access]]
"""Called with the memory, an object of that class, the name and whether it is written."""


def _field(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
    place = CONTENTS if memory.whole_objects else name
    return ((memory.locations.direct(target, name, place), is_write),)


def _code(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
    return ()


def _module(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
    names = vars(target)
    namespace = names.get(MODULE_VARIABLES)
    if namespace is not None:
        return ((memory.locations.variable(namespace, name), is_write),)
    # None of the scope's, or not made by an import: the functions in it are not its state.
    if not is_write and issubclass(type(names.get(name)), _CODE):
        return ()
    return ((memory.locations.of(target, name), is_write),)


def _of_class(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
    if is_write:
        memory.plans.clear()
        return ((memory.locations.of(target, name), True),)
    found = [(memory.locations.of(target, name), False)]
    for base in plainly.mro_of(target) or ():
        if name in plainly.names_of(base):
            if base is not target:
                found.append((memory.locations.of(base, name), False))
            break
    return found


def _shadowable(cls: type) -> Plan:
    """A plain class attribute: read from the class as long as the instance has none of its own."""
    variables_of = plainly.variables_getter(cls)

    def accesses(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
        place = CONTENTS if memory.whole_objects else name
        own = ((memory.locations.of(target, place), is_write),)
        if is_write or name in variables_of(target):
            return own
        for base in plainly.mro_of(type(target)) or ():
            names = plainly.names_of(base)
            if name in names:
                if issubclass(type(names[name]), functools.cached_property):
                    return ((own[0][0], True),)
                return (*own, (memory.locations.of(base, name), False))
        return own

    return accesses


def _super(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
    return memory.attribute(super.__getattribute__(target, "__self__"), name, is_write)


def _alias(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
    if plainly.variables_getter(type(target)) is plainly.no_variables:
        return ()
    memory.locations.alias(plainly.variables_of(target), target)
    return ((memory.locations.of(target, CONTENTS), True),) if is_write else ()


_CODE = (
    *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, staticmethod),
    *(type, types.ModuleType),
)
"""Of what a module has, what is read all the time and replaced by nobody."""

_NO_ATTRIBUTES = frozenset(
    map(id, {*effects.SCALARS} - {types.FunctionType, types.ModuleType, type})
)


_MISSING = object()


def plan_of(memory: Memory, cls: type, name: str) -> Plan:
    """How the attribute `name` of objects of class `cls` is reached."""
    if issubclass(cls, types.ModuleType):
        return _module
    if issubclass(cls, type):
        return _of_class
    if cls is super:
        return _super
    if id(cls) in _NO_ATTRIBUTES:
        return _code
    if name == "__dict__":
        return _alias
    if id(plainly.definer_of(cls, name)) in memory.untracked:
        return _code
    reads_by_code = is_rewritten(plainly.of_class(cls, "__getattribute__"))
    writes_by_code = is_rewritten(plainly.of_class(cls, "__setattr__"))
    if reads_by_code or writes_by_code:
        return _by_code(reads_by_code, writes_by_code)
    found = plainly.of_class(cls, name, _MISSING)
    if found is _MISSING:
        return _field
    value = type(found)
    if value is property and not is_rewritten(found.fget):
        # Of a class outside the scope: whatever is behind it, the name stands for it.
        return _field
    if value is types.MemberDescriptorType or value is types.GetSetDescriptorType:
        return _field
    if any(plainly.of_class(value, one) is not None for one in ("__set__", "__delete__")):
        return _code
    return _shadowable(cls)


def _by_code(reads: bool, writes: bool) -> Plan:
    """For a class with its own ``__getattribute__`` or ``__setattr__``: what these do counts."""

    def accesses(memory: Memory, target: Any, name: str, is_write: bool) -> Sequence[Access]:
        by_code = writes if is_write else reads
        place = CONTENTS if memory.whole_objects else name
        return () if by_code else ((memory.locations.of(target, place), is_write),)

    return accesses


ATTRIBUTE_METHODS = {"__getattribute__": False, "__setattr__": True, "__delattr__": True}
"""Methods of `object` that take an attribute's name, and whether they write it."""


def _attribute_call(is_write: bool) -> Callable[[Memory, tuple[Any, ...]], list[Access]]:
    def accesses(memory: Memory, arguments: tuple[Any, ...]) -> list[Access]:
        if len(arguments) < 2 or not issubclass(type(arguments[1]), str):
            return []
        return list(memory.attribute(arguments[0], str.__str__(arguments[1]), is_write))

    return accesses


def _vars_call(memory: Memory, arguments: tuple[Any, ...]) -> list[Access]:
    return list(_alias(memory, arguments[0], "__dict__", False)) if arguments else []


ATTRIBUTE_CALLS: dict[Any, Callable[[Memory, tuple[Any, ...]], list[Access]]] = {
    getattr: _attribute_call(False),
    hasattr: _attribute_call(False),
    setattr: _attribute_call(True),
    delattr: _attribute_call(True),
    vars: _vars_call,
}
"""Functions that take an object and an attribute's name."""
