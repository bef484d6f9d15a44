"""``defaultdict`` with a factory in Python: others may go on between the look and the entry.

``defaultdict.__missing__`` is C: it calls the factory and enters what that returns, whatever stands
there by then. A factory in C (``list``, ``int``) lets nobody in between.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from taskqueue_harness.world import plainly

__all__ = ["Filling", "calls_python"]


def calls_python(factory: object) -> bool:
    """Whether a thread that calls it can be overtaken there."""
    while type(factory) is functools.partial:
        factory = factory.func
    if issubclass(type(factory), type):
        return bool(plainly.flags_of(factory) & plainly.HEAP_TYPE)  # type: ignore[arg-type]
    return factory is not None and type(factory) not in _IN_C


_IN_C = frozenset(
    {
        types.BuiltinFunctionType,
        types.MethodWrapperType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
    }
)


class Filling:
    """A ``defaultdict`` where it is subscripted.

    Args:
        target: the dictionary; the look at it is announced already.
        announce: announces the entry.
    """

    __slots__ = ("announce", "target")

    def __init__(self, target: Any, announce: Callable[[], object]) -> None:
        self.target = target
        self.announce = announce

    def __getitem__(self, key: Any) -> Any:
        target = self.target
        if key in target:
            return target[key]
        value = target.default_factory()
        self.announce()
        target[key] = value
        return value
