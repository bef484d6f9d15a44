"""The objects that scenarios send through a queue and the exceptions they raise."""

from __future__ import annotations

import concurrent.futures
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

from taskqueue_harness.files import is_standard

__all__ = [
    "ASSORTED",
    "FAILURE_KINDS",
    "ITEM_KINDS",
    "Falsy",
    "Frozen",
    "Injected",
    "Item",
    "Unhashable",
    "kind_in_turn",
    "make_failure",
    "make_item",
]


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
    "big": lambda number: bytearray(1 << 20),
}
"""By name, a function from the item's number to a fresh object."""


class Injected(Exception):
    """A failure made by a scenario; the number tells it from all others."""


class _Unformattable(Exception):
    """An exception that no traceback module can format."""

    def _refuse(self, *_: object) -> Any:
        raise RuntimeError("this exception cannot be shown")

    __str__ = __repr__ = _refuse
    __notes__ = property(_refuse)


class _Evil(Exception):
    """An exception whose own attributes raise, all but its class and its traceback."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("__class__", "__traceback__", "with_traceback"):
            return super().__getattribute__(name)
        raise RuntimeError("this exception has no attributes to look at")

    def _refuse(self) -> str:
        raise RuntimeError("this exception cannot be shown")

    __str__ = __repr__ = _refuse


class Falsy(Exception):
    """An exception that is false and empty, as one that counts its errors may be.

    The standard library tests some exceptions for truth as well (a Future's result() does, and
    logging). That is no fault of those who use it: to its code this one is as true as any other.
    """

    def __bool__(self) -> bool:
        return is_standard(sys._getframe(1).f_code.co_filename)

    def __len__(self) -> int:
        return int(is_standard(sys._getframe(1).f_code.co_filename))


class Unhashable(Exception):
    """An exception without a hash, equal to all of its class: a dataclass without fields."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable)


class Frozen(Exception):
    """An exception that takes no attributes, but for those that Python itself sets."""

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):
            raise AttributeError(f"cannot assign to field {name!r}")
        super().__setattr__(name, value)


def _group(token: str) -> BaseException:
    """A group of one, where this Python has groups."""
    if sys.version_info >= (3, 11):
        return ExceptionGroup(token, [Injected(token)])  # noqa: F821
    return Injected(token)


_ASSORTED: dict[str, Callable[[str], BaseException]] = {
    "falsy": Falsy,
    "unhashable": Unhashable,
    "frozen": Frozen,
    "group": _group,
    "exit_zero": lambda token: SystemExit(0),
    "exit_none": lambda token: SystemExit(),
    "queue_empty": queue.Empty,
    "queue_full": queue.Full,
    "timeout": TimeoutError,
    "cancelled": concurrent.futures.CancelledError,
    "broken_barrier": threading.BrokenBarrierError,
    "stop_iteration": StopIteration,
    "stop_async_iteration": StopAsyncIteration,
    "runtime_error": RuntimeError,
    "index_error": IndexError,
    "key_error": KeyError,
    "value_error": ValueError,
    "attribute_error": AttributeError,
    "type_error": TypeError,
    "assertion_error": AssertionError,
    "eof_error": EOFError,
    "interrupted_error": InterruptedError,
}

ASSORTED = tuple(_ASSORTED)
"""Failures that an implementation may take for something else, or take amiss: those that are false,
have no hash or take no attributes, a group, an exit that reports success, and those that its own
means raise at it (a get() that found nothing, a wait that timed out, a future that was
cancelled)."""

FAILURE_KINDS: dict[str, Callable[[str], BaseException]] = {
    "error": Injected,
    "os_error": lambda token: OSError(5, token),
    "system_exit": SystemExit,
    "keyboard_interrupt": KeyboardInterrupt,
    "generator_exit": GeneratorExit,
    "base": lambda token: type("Base", (BaseException,), {})(token),
    "unformattable": _Unformattable,
    "evil": _Evil,
    **_ASSORTED,
}
"""By name, a function from a token (a word that occurs nowhere else) to a fresh exception."""


def kind_in_turn(kind: str, number: int) -> str:
    """The kind that is meant in queue `number` of a scenario: of ``assorted`` the next one."""
    return ASSORTED[number % len(ASSORTED)] if kind == "assorted" else kind


def make_item(kind: str, number: int) -> Any:
    """A fresh item; raises KeyError for an unknown kind."""
    return ITEM_KINDS[kind](number)


def make_failure(kind: str, token: str) -> BaseException:
    """A fresh exception; raises KeyError for an unknown kind."""
    return FAILURE_KINDS[kind](token)
