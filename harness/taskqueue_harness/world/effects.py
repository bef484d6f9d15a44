"""What a call into C does to the containers it is given: nothing, a read, or a write.

Under the global interpreter lock a C function runs as one step, so a call that takes a tracked
container is one atomic access to it. Which kind of access is looked up here. What is not listed
counts as a write, the answer that hides no interleaving.
"""

from __future__ import annotations

import bisect
import builtins
import collections
import contextvars
import functools
import gc
import heapq
import io
import itertools
import operator
import random
import sys
import types
import weakref
from array import array
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any

from taskqueue_harness.world import plainly


class Kind(IntEnum):
    """How the state behind an object is reached."""

    PLAIN = 0  # nothing that changes, or state reached only by attributes
    CONTAINER = 1  # a built-in container, or an instance of a subclass
    VIEW = 2  # dict.keys() and its like: no state of its own
    ITERATOR = 3  # a C iterator: its position, and what it iterates over
    GENERATOR = 4  # a Python generator: its position
    OPAQUE = 5  # an object of C that its methods change: a StringIO, a Random, a hash
    RECORD = 6  # a dataclass: methods that are not in the source read its fields


CONTAINERS: tuple[type, ...] = (
    list,
    dict,
    set,
    collections.deque,
    bytearray,
    array,
)

VIEWS: tuple[type, ...] = (
    type({}.keys()),
    type({}.values()),
    type({}.items()),
    type(collections.OrderedDict().keys()),
    type(collections.OrderedDict().values()),
    type(collections.OrderedDict().items()),
    types.MappingProxyType,
)


def _iterator_types() -> set[type]:
    empty: list[Any] = []
    table: dict[Any, Any] = {}
    ordered: collections.OrderedDict[Any, Any] = collections.OrderedDict()
    made: list[Any] = [
        iter(empty),
        reversed(empty),
        iter(set()),
        iter(collections.deque()),
        reversed(collections.deque()),
        iter(bytearray()),
        iter(array("b")),
        iter(()),
        iter(int, 0),
        iter(range(0)),
        iter(""),
        iter(b""),
    ]
    for mapping in (table, ordered):
        made += [iter(mapping), iter(mapping.values()), iter(mapping.items())]
        made += [reversed(mapping), reversed(mapping.values()), reversed(mapping.items())]
    found = {type(one) for one in made} | {enumerate, zip, map, filter, reversed}
    found |= {one for one in vars(itertools).values() if isinstance(one, type)}
    return found - {itertools.tee}


ITERATORS: frozenset[type] = frozenset(_iterator_types())

SCALARS: tuple[type, ...] = (
    int,
    float,
    complex,
    bool,
    str,
    bytes,
    type(None),
    tuple,
    frozenset,
    range,
    slice,
    type,
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.ModuleType,
)

BASE_KINDS: dict[plainly.Key, Kind] = {
    **dict.fromkeys(SCALARS, Kind.PLAIN),
    **dict.fromkeys(CONTAINERS, Kind.CONTAINER),
    **dict.fromkeys(VIEWS, Kind.VIEW),
    **dict.fromkeys(ITERATORS, Kind.ITERATOR),
    types.GeneratorType: Kind.GENERATOR,
}


def classify(cls: type) -> Kind:
    """The kind of a type that is not in `BASE_KINDS`."""
    if issubclass(cls, CONTAINERS):
        return Kind.CONTAINER
    if issubclass(cls, tuple(ITERATORS)):
        return Kind.ITERATOR
    if any(_hides_state(base) for base in plainly.mro_of(cls) or ()):
        return Kind.OPAQUE
    record = type(plainly.of_class(cls, "__dataclass_fields__")) is dict
    return Kind.RECORD if record else Kind.PLAIN


_IMMUTABLE_MODULES = frozenset({"datetime", "decimal", "_struct", "re", "zoneinfo"})
_WITHOUT_STATE: frozenset[type] = frozenset(
    {
        *(object, property, staticmethod, classmethod, contextvars.ContextVar, super),
        *(types.CodeType, types.FrameType, types.GenericAlias),
    }
)


def _hides_state(cls: type) -> bool:
    """Whether objects of a class have methods in C that can change what no attribute shows.

    What is not known to be immutable is taken to change.
    """
    if type(cls) is type and (cls in BASE_KINDS or cls in _WITHOUT_STATE):
        return False
    if plainly.module_of(cls) in _IMMUTABLE_MODULES:
        return False
    return not issubclass(cls, (BaseException, type)) and any(
        type(value) is types.MethodDescriptorType and not name.startswith("__")
        for name, value in plainly.names_of(cls).items()
    )


def sources(lazy: object) -> list[object]:
    """The objects that a view or a C iterator refers to: its container, its inner iterators.

    The garbage collector knows them; no other interface gives all of them away.
    """
    found: list[object] = []
    for one in gc.get_referents(lazy):
        if type(one) is tuple:
            found.extend(one)
        else:
            found.append(one)
    return found


READ_METHODS: frozenset[str] = frozenset(
    {
        *("__contains__", "__eq__", "__ge__", "__getitem__", "__gt__", "__iter__", "__le__"),
        *("__len__", "__lt__", "__ne__", "__repr__", "__str__", "__format__", "__reversed__"),
        *("__add__", "__mul__", "__rmul__", "__or__", "__ror__", "__and__", "__sub__", "__xor__"),
        *("__copy__", "__reduce__", "__reduce_ex__", "__sizeof__", "__bytes__", "__hash__"),
        *("copy", "count", "index", "get", "difference", "intersection", "union"),
        *("symmetric_difference", "isdisjoint", "issubset", "issuperset", "most_common"),
        *("elements", "total", "tolist", "tobytes", "find", "rfind", "decode", "hex", "join"),
        *("startswith", "endswith", "split", "strip", "buffer_info", "__dir__"),
    }
)
"""Methods of built-in containers that change nothing. Any other method counts as a write."""

OPAQUE_READS: frozenset[str] = frozenset(
    {"getvalue", "tell", "digest", "hexdigest", "getstate", "fileno", "readable", "writable"}
)
"""Methods of well-known opaque objects that change nothing."""

NO_EFFECT_METHODS: frozenset[str] = frozenset(
    {
        *("keys", "values", "items", "__class__", "__init_subclass__", "__getattribute__"),
        *("__setattr__", "__delattr__", "__new__", "__subclasshook__"),
    }
)
"""Methods that touch no contents: views read later, and attributes have locations of their own."""

STORING_METHODS: frozenset[str] = frozenset(
    {
        *("append", "appendleft", "insert", "add", "setdefault", "get", "pop", "popleft"),
        *("__setitem__", "__getitem__", "fromkeys", "discard", "popitem", "__delitem__"),
    }
)
"""Methods that keep or compare their arguments without reading the contents of containers."""

METHOD_NAMES: frozenset[str] = frozenset(
    name
    for cls in (*CONTAINERS, collections.OrderedDict, io.StringIO, random.Random)
    for name in vars(cls)
    if name[0] != "_"
)
"""Names of methods of built-in containers, and of well-known objects with hidden state."""

HANDED_OUT_METHODS: frozenset[str] = METHOD_NAMES | {
    *("send", "throw", "close", "__next__"),
    *("__getitem__", "__setitem__", "__delitem__", "__contains__", "__len__"),
}
"""Names of methods of containers, iterators and generators that others may be told to call."""

HANDED_OUT: frozenset[str] = frozenset({"setattr", "delattr", "next"})
"""Built-ins that change what they are given, and that others may be told to call."""

Effect = Callable[[tuple[Any, ...]], Iterable[tuple[object, bool]]]


def _reads(arguments: tuple[Any, ...]) -> Iterable[tuple[object, bool]]:
    return [(one, False) for one in arguments]


def _nothing(arguments: tuple[Any, ...]) -> Iterable[tuple[object, bool]]:
    return ()


def notes_state(target: object) -> bool:
    """True if an iterator over `target` notes on creation what is changed by a later write.

    Iterators of dicts, sets and deques do, to find that their container changed under them.
    """
    cls = type(target)
    return cls is not list and issubclass(cls, (*CONTAINERS, *VIEWS))


def _iterates(arguments: tuple[Any, ...]) -> Iterable[tuple[object, bool]]:
    return [(one, False) for one in arguments if notes_state(one)]


def _writes_first(arguments: tuple[Any, ...]) -> Iterable[tuple[object, bool]]:
    return [(one, index == 0) for index, one in enumerate(arguments)]


def writes(arguments: Iterable[Any]) -> Iterable[tuple[object, bool]]:
    """What is not known is taken to change everything it is given."""
    return [(one, True) for one in arguments]


_READING: tuple[Any, ...] = (
    *(abs, all, any, ascii, bin, bool, bytes, chr, complex, divmod, float, format, frozenset),
    *(hash, int, len, max, min, print, repr, round, sorted, str, sum, tuple, list, dict, set),
    *(bytearray, array, memoryview, collections.deque, collections.OrderedDict),
    *(collections.Counter, collections.defaultdict, collections.ChainMap, type),
    *(bisect.bisect_left, bisect.bisect_right),
    *(
        operator.contains,
        operator.countOf,
        operator.indexOf,
        operator.getitem,
        operator.length_hint,
    ),
    *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
    *(operator.add, operator.concat, operator.mul, operator.or_, operator.and_, operator.truth),
    *(operator.not_, operator.sub, operator.xor, operator.mod, functools.reduce),
)

# Some of these look at the frame that calls them: no hook may stand in between.
_FRAME_READERS: tuple[Any, ...] = (
    *(eval, exec, compile, dir, globals, locals, vars, super, __import__, breakpoint),
    *(sys._getframe, sys.exc_info, sys.getrefcount),
)

_INERT: tuple[Any, ...] = (
    *_FRAME_READERS,
    *(callable, classmethod, id, isinstance, issubclass, object),
    *(property, range, slice, staticmethod, open, input),
    *(operator.is_, operator.is_not, gc.collect, types.SimpleNamespace),
    *(sys.getsizeof, weakref.ref, weakref.proxy),
)

_CHANGING_FIRST: tuple[Any, ...] = (
    *(heapq.heappush, heapq.heappop, heapq.heapify, heapq.heapreplace, heapq.heappushpop),
    *(bisect.insort_left, bisect.insort_right),
    *(operator.setitem, operator.delitem, operator.iadd, operator.iconcat, operator.imul),
    *(operator.ior, operator.iand, operator.isub, operator.ixor, builtins.next),
)

_ITERATING: tuple[Any, ...] = (
    *(iter, enumerate, filter, map, reversed, zip, itertools.tee),
    *(one for one in ITERATORS if one.__module__ == "itertools"),
)

CALLS: dict[Any, Effect] = {
    **dict.fromkeys(_READING, _reads),
    **dict.fromkeys(_INERT, _nothing),
    **dict.fromkeys(_ITERATING, _iterates),
    **dict.fromkeys(_CHANGING_FIRST, _writes_first),
}

CLASS_CALLS: dict[int, Effect] = {
    id(function): effect for function, effect in CALLS.items() if isinstance(function, type)
}
"""The classes among them by address: a class of the program may have an equality of its own."""

NO_EFFECT_BUILTINS: frozenset[str] = frozenset(
    {
        *("callable", "chr", "classmethod", "hash", "id", "input", "isinstance", "issubclass"),
        *("object", "open", "ord", "property", "range", "staticmethod", "super", "type"),
        *("locals", "globals", "breakpoint", "__import__"),
        *(
            name
            for name, value in vars(builtins).items()
            if isinstance(value, type) and issubclass(value, BaseException)
        ),
    }
)
"""Built-ins whose call by name needs no hook, whatever they are given."""

KEEPING_BUILTINS: frozenset[str] = frozenset({"classmethod", "property", "staticmethod"})
"""Those among them through which a function that they are given is called later."""

ONE_ARGUMENT_READERS: frozenset[str] = frozenset(
    {
        *("len", "bool", "repr", "str", "sum", "min", "max", "sorted", "any", "all", "list"),
        *("tuple", "set", "dict", "frozenset", "bytes", "ascii", "bytearray"),
    }
)
"""Built-ins that read their one argument and nothing else: the hook goes on the argument."""

FOREIGN_READS: frozenset[tuple[str, str]] = frozenset(
    {
        *(("dataclasses", "asdict"), ("dataclasses", "astuple"), ("dataclasses", "replace")),
        *(("copy", "copy"), ("copy", "deepcopy"), ("json", "dumps"), ("json", "dump")),
        *(("heapq", "nlargest"), ("heapq", "nsmallest"), ("pprint", "pprint")),
        *(("pprint", "pformat"), ("random", "Random.choice"), ("random", "Random.choices")),
        *(("random", "Random.sample"), ("statistics", "mean"), ("statistics", "median")),
        *(("reprlib", "Repr.repr"), ("taskqueue_harness.world.capture", "Capture.print")),
    }
)
FOREIGN_WRITES: frozenset[tuple[str, str]] = frozenset({("random", "Random.shuffle")})
"""Well-known Python functions outside the scope, by module and qualified name. Their whole run
counts as one access, at its start; any other Python function outside the scope counts as none."""


def is_known(function: Any) -> bool:
    """True if a Python function outside the scope is one of those listed here."""
    if type(function) is not types.FunctionType:
        return False
    name = function.__module__, function.__qualname__
    return name in FOREIGN_READS or name in FOREIGN_WRITES
