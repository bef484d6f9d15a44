"""Stand-ins for what ``functools`` and ``operator`` do in C, unseen by the rewriting.

``lru_cache`` keeps results between calls, so two threads can both find that there is none yet;
``attrgetter`` and its like reach into objects that ``sorted`` or ``map`` hands them. Here the same
in Python, each access announced. The rest of both modules is the real one.
"""

from __future__ import annotations

import functools
import operator
import sys
import types
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from taskqueue_harness.world import hooks
from taskqueue_harness.world.marks import NOWHERE


def functools_module(rlock: type, *, rewrite: bool) -> types.ModuleType:
    """A ``functools`` with caches whose look-ups and entries are operations."""
    module = types.ModuleType("functools", functools.__doc__)
    names = vars(module)
    names.update({key: value for key, value in vars(functools).items() if key[:2] != "__"})
    if sys.version_info < (3, 12):
        # Until then it held a lock while the value was computed: a lock of this world.
        names["cached_property"] = type(
            "cached_property",
            (functools.cached_property,),
            {"__init__": _cached_property_init(rlock), "__module__": "functools"},
        )
    elif rewrite:
        names["cached_property"] = type(
            "cached_property",
            (functools.cached_property,),
            {"__get__": _get_cached, "__module__": "functools"},
        )
    if rewrite:
        names["lru_cache"] = lru_cache
        names["cache"] = cache
    return module


def _cached_property_init(rlock: type) -> Callable[..., None]:
    def __init__(self: Any, func: Any) -> None:  # noqa: N807
        functools.cached_property.__init__(self, func)
        self.lock = rlock()

    return __init__


def _get_cached(self: Any, instance: Any, owner: type | None = None) -> Any:
    """``cached_property.__get__``, the entry announced: others may have made theirs meanwhile."""
    name, cache = self.attrname, getattr(instance, "__dict__", None)
    if name is None or type(cache) is not dict or name in cache:
        return functools.cached_property.__get__(self, instance, owner)
    value = self.func(instance)
    hooks.write_attribute(instance, name, NOWHERE)
    cache[name] = value
    return value


class Cached:
    """A function with a cache, as ``lru_cache`` makes it. The cache is one place in memory."""

    def __init__(self, function: Any, maxsize: int | None, typed: bool) -> None:
        self._entries: OrderedDict[Any, Any] = OrderedDict()
        self._maxsize = maxsize
        self._typed = typed
        self._hits = self._misses = 0
        functools.update_wrapper(self, function)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        function = self.__wrapped__  # type: ignore[attr-defined]
        entries, maxsize = self._entries, self._maxsize
        if maxsize == 0:
            self._misses += 1
            return function(*args, **kwargs)
        key = functools._make_key(args, kwargs, self._typed)
        if maxsize is None:
            hooks.read(entries, NOWHERE)
        else:
            # A hit moves the entry to the end.
            hooks.write_item(entries, NOWHERE)
        if key in entries:
            self._hits += 1
            if maxsize is not None:
                entries.move_to_end(key)
            return entries[key]
        self._misses += 1
        result = function(*args, **kwargs)
        hooks.write_item(entries, NOWHERE)
        if maxsize is None or key not in entries:
            entries[key] = result
            if maxsize is not None and len(entries) > maxsize:
                entries.popitem(last=False)
        return result

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> str:
        return str(self.__qualname__)  # type: ignore[attr-defined]

    def __copy__(self) -> Cached:
        return self

    def __deepcopy__(self, memo: Any) -> Cached:
        return self

    def cache_info(self) -> Any:
        # Look-ups that commute with each other do not commute with their count.
        hooks.write_item(self._entries, NOWHERE)
        return functools._CacheInfo(self._hits, self._misses, self._maxsize, len(self._entries))

    def cache_clear(self) -> None:
        hooks.write_item(self._entries, NOWHERE)
        self._entries.clear()
        self._hits = self._misses = 0

    def cache_parameters(self) -> dict[str, Any]:
        return {"maxsize": self._maxsize, "typed": self._typed}


def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    """See `functools.lru_cache`."""
    if callable(maxsize) and isinstance(typed, bool):
        return Cached(maxsize, 128, typed)
    if isinstance(maxsize, int):
        maxsize = max(maxsize, 0)
    elif maxsize is not None:
        raise TypeError("Expected first argument to be an integer, a callable, or None")
    return lambda function: Cached(function, maxsize, typed)


def cache(user_function: Any, /) -> Any:
    """See `functools.cache`."""
    return Cached(user_function, None, False)


def operator_module() -> types.ModuleType:
    """An ``operator`` whose getters announce what they read."""
    module = types.ModuleType("operator", operator.__doc__)
    names = vars(module)
    names.update({key: value for key, value in vars(operator).items() if key[:2] != "__"})
    names.update(attrgetter=attrgetter, itemgetter=itemgetter, methodcaller=methodcaller)
    return module


class attrgetter:  # noqa: N801
    """See `operator.attrgetter`."""

    __module__ = "operator"
    __slots__ = ("_names",)

    def __init__(self, attr: str, /, *attrs: str) -> None:
        self._names = (attr, *attrs)
        if not all(isinstance(name, str) for name in self._names):
            raise TypeError("attribute name must be a string")

    def __call__(self, obj: Any, /) -> Any:
        found = tuple([self._resolve(obj, name) for name in self._names])
        return found if len(found) > 1 else found[0]

    @staticmethod
    def _resolve(obj: Any, path: str) -> Any:
        for name in path.split("."):
            obj = getattr(hooks.read_attribute(obj, name, NOWHERE), name)
        return obj

    def __reduce__(self) -> tuple[Any, ...]:
        return operator.attrgetter, self._names

    def __repr__(self) -> str:
        return f"operator.attrgetter({', '.join(map(repr, self._names))})"


class itemgetter:  # noqa: N801
    """See `operator.itemgetter`."""

    __module__ = "operator"
    __slots__ = ("_items",)

    def __init__(self, item: Any, /, *items: Any) -> None:
        self._items = (item, *items)

    def __call__(self, obj: Any, /) -> Any:
        found = tuple([hooks.read_item(obj, NOWHERE)[item] for item in self._items])
        return found if len(found) > 1 else found[0]

    def __reduce__(self) -> tuple[Any, ...]:
        return operator.itemgetter, self._items

    def __repr__(self) -> str:
        return f"operator.itemgetter({', '.join(map(repr, self._items))})"


class methodcaller:  # noqa: N801
    """See `operator.methodcaller`."""

    __module__ = "operator"
    __slots__ = ("_args", "_kwargs", "_name")

    def __init__(self, name: str, /, *args: Any, **kwargs: Any) -> None:
        if not isinstance(name, str):
            raise TypeError("method name must be a string")
        self._name, self._args, self._kwargs = name, args, kwargs

    def __call__(self, obj: Any, /) -> Any:
        method = getattr(obj, self._name)
        hooks.call(method, NOWHERE, *self._args, **self._kwargs)
        return method(*self._args, **self._kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        made = functools.partial(operator.methodcaller, self._name, **self._kwargs)
        return made, self._args

    def __repr__(self) -> str:
        parts = [repr(self._name), *map(repr, self._args)]
        parts += [f"{key}={value!r}" for key, value in self._kwargs.items()]
        return f"operator.methodcaller({', '.join(parts)})"
