"""The objects that scenarios send through a queue."""

from __future__ import annotations

import concurrent.futures
import functools
import queue
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

__all__ = ["ITEM_KINDS", "ODD_KINDS", "OWN_KINDS", "REPEATED_KINDS", "Item", "make_item"]


class Item:
    """An ordinary item: weakly referable, compared by identity."""

    __slots__ = ("__weakref__", "number")

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"item {self.number}"


class _Awkward(Item):
    """An item that gives no answer to anything but `is`."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def _refuse(self, *_: object) -> Any:
        raise TypeError("this item must be handed on without being looked at")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __copy__ = __deepcopy__ = __reduce_ex__ = _refuse


class _Agreeable(Item):
    """An item that says it is equal to everything, None and private sentinels included."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class _Empty(Item):
    """An item that is false and empty."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0


class _Unprintable(Item):
    """An item that cannot be shown."""

    __slots__ = ()

    def _refuse(self, *_: object) -> Any:
        raise RuntimeError("this item cannot be shown")

    __repr__ = __str__ = __format__ = _refuse


class _Obliging(Item):
    """An item that has every attribute, and each of them is true."""

    __slots__ = ()

    def __getattr__(self, name: str) -> bool:
        if name.startswith("__"):
            raise AttributeError(name)
        return True


class _Bearing(Item):
    """An item that takes attributes, as most objects do."""


class _Equal(Item):
    """An item that is equal to all of its class: a dataclass without fields."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Equal)

    def __hash__(self) -> int:
        return 1


class _OwnBase(BaseException):
    """What is raised by nobody, and is no Exception."""


class _Text(str):
    """A text with more to it than its letters; so are those that follow."""


class _Bytes(bytes):
    pass


class _Number(int):
    pass


class _Row(tuple[Any, ...]):
    pass


class _Rows(list[Any]):
    pass


class _Table(dict[str, Any]):
    pass


def _generator(number: int) -> Iterator[int]:
    yield number
    yield number


def _coroutine(number: int) -> Any:
    """A coroutine that is over: an open one warns when nobody awaits it."""

    async def over() -> int:
        return number

    made = over()
    made.close()
    return made


def _not_a_failure(kind: type[BaseException], number: int) -> BaseException:
    return kind(f"an item, not a failure: {number}")


def _future(number: int, *, failed: bool = False) -> Any:
    made: concurrent.futures.Future[int] = concurrent.futures.Future()
    if failed:
        made.set_exception(_not_a_failure(ValueError, number))
    return made


def _exc_info(number: int) -> Any:
    exc = _not_a_failure(ValueError, number)
    return type(exc), exc, None


_LIKELY_ENDS: tuple[Any, ...] = (
    *(-1, 1, True, float("inf"), b"", "STOP", "END", "DONE", "stop", "end", "done", "None"),
    *(object, type, type(None), Exception, BaseException, StopIteration, StopAsyncIteration),
    *(EOFError, GeneratorExit, SystemExit, queue.Empty, queue.Queue, threading.Event),
)
"""What anybody can put, and an implementation may have taken for its sign of the end."""


def _always(thing: Any) -> Callable[[int], Any]:
    return lambda number: thing


ITEM_KINDS: dict[str, Callable[[int], Any]] = {
    "plain": Item,
    "awkward": _Awkward,
    "agreeable": _Agreeable,
    "empty": _Empty,
    "zero": lambda number: 0,
    "false": lambda number: False,
    "text": lambda number: "",
    "list": lambda number: [],
    "dict": lambda number: {},
    "tuple": lambda number: (),
    "nan": lambda number: float("nan"),
    "exception": lambda number: ValueError(f"an item, not a failure: {number}"),
    "stop": lambda number: StopIteration(number),
    "exit": lambda number: SystemExit(number),
    "class": lambda number: type(f"Class{number}", (), {}),
    "error_class": lambda number: KeyboardInterrupt,
    "function": lambda number: lambda: number,
    "ellipsis": lambda number: ...,
    "not_implemented": lambda number: NotImplemented,
    "object": lambda number: object(),
    "unprintable": _Unprintable,
    "obliging": _Obliging,
    "iterator": lambda number: iter([number, number]),
    "generator": _generator,
    "coroutine": _coroutine,
    "future": _future,
    "failed_future": lambda number: _future(number, failed=True),
    "thread": lambda number: threading.Thread(),
    "lock": lambda number: threading.Lock(),
    "partial": lambda number: functools.partial(int, number),
    "reference": lambda number: weakref.ref(Item(number)),
    "interrupt": lambda number: _not_a_failure(KeyboardInterrupt, number),
    "generator_exit": lambda number: _not_a_failure(GeneratorExit, number),
    "queue_empty": lambda number: _not_a_failure(queue.Empty, number),
    "base_exception": lambda number: _not_a_failure(_OwnBase, number),
    "exc_info": _exc_info,
    "single": lambda number: (number,),
    "pair": lambda number: (number, None),
    "pair_with_none": lambda number: (None, number),
    "pair_with_error": lambda number: (number, _not_a_failure(ValueError, number)),
    "triple": lambda number: (number, None, None),
    "list_of_one": lambda number: [number],
    "table": lambda number: {"item": number},
    "set": lambda number: {number},
    "frozenset": lambda number: frozenset([number]),
    "byte_array": lambda number: bytearray(b"item"),
    "memory_view": lambda number: memoryview(bytearray(b"item")),
    "text_subclass": lambda number: _Text("item"),
    "bytes_subclass": lambda number: _Bytes(b"item"),
    "int_subclass": lambda number: _Number(number + 1000),
    "tuple_subclass": lambda number: _Row((number,)),
    "list_subclass": lambda number: _Rows([number]),
    "dict_subclass": lambda number: _Table(item=number),
    **{getattr(end, "__name__", repr(end)): _always(end) for end in _LIKELY_ENDS},
    "big": lambda number: bytearray(1 << 20),
    "equal": _Equal,
    "same": _always(Item(0)),
    "same_with_attributes": _always(_Bearing(0)),
    "same_number": _always(7),
    "same_text": _always("again"),
}
"""By name, a function from the item's number to a fresh object; or to the same one every time,
where there is but one of its kind."""

OWN_KINDS: dict[str, Callable[[Any, Sequence[Any]], Any]] = {
    "queue": lambda q, callbacks: q,
    "queue_class": lambda q, callbacks: type(q),
    "producer": lambda q, callbacks: callbacks[0],
    "consumer": lambda q, callbacks: callbacks[-1],
}
"""By name, a function from a queue and its callbacks to what is an item only there."""

REPEATED_KINDS = ("ellipsis", "same", "same_with_attributes", "same_number", "same_text", "equal")
"""Kinds of which one item may be taken for another one: nothing else is odd about them."""

ODD_KINDS = tuple(
    kind
    for kind in (*ITEM_KINDS, *OWN_KINDS)
    if kind not in ("plain", "big", "equal") and not kind.startswith("same")
)
"""Kinds that an implementation may take amiss, or for something else."""


def make_item(kind: str, number: int, q: Any = None, callbacks: Sequence[Any] = ()) -> Any:
    """An item for a queue `q`; raises KeyError for an unknown kind."""
    if kind in OWN_KINDS:
        return OWN_KINDS[kind](q, callbacks)
    return ITEM_KINDS[kind](number)
