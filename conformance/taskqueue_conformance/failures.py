"""The exceptions that scenarios raise."""

from __future__ import annotations

import builtins
import concurrent.futures
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from taskqueue_harness.files import is_standard

__all__ = [
    "ASSORTED",
    "FAILURE_KINDS",
    "Falsy",
    "Frozen",
    "Injected",
    "Unhashable",
    "called_by_standard",
    "kind_in_turn",
    "make_failure",
]


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


def called_by_standard() -> bool:
    """Whether the function that asks was called by code of the standard library."""
    return is_standard(sys._getframe(2).f_code.co_filename)


class Falsy(Exception):
    """An exception that is false and empty, as one that counts its errors may be.

    The standard library tests some exceptions for truth as well (a Future's result() does, and
    logging). That is no fault of those who use it: to its code this one is as true as any other.
    """

    def __bool__(self) -> bool:
        return called_by_standard()

    def __len__(self) -> int:
        return int(called_by_standard())


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


_AWKWARD_FAILURES: dict[str, Callable[[str], BaseException]] = {
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


def _leaves_of_builtins() -> Iterator[type[BaseException]]:
    """The built-in exceptions that a text makes, but for those that have such a subclass: whoever
    lets one of these pass by its own name lets its subclasses pass. Warnings are left out.
    """
    made = []
    for kind in vars(builtins).values():
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning):
            try:
                kind("")
            except TypeError:
                continue
            made.append(kind)
    for kind in dict.fromkeys(made):
        if not any(other is not kind and issubclass(other, kind) for other in made):
            yield kind


_IF_LOADED = (
    *("queue.ShutDown", "concurrent.futures.BrokenExecutor"),
    *("concurrent.futures.InvalidStateError", "concurrent.futures.TimeoutError"),
    *("asyncio.CancelledError", "asyncio.InvalidStateError", "asyncio.TimeoutError"),
    *("asyncio.QueueEmpty", "asyncio.QueueFull", "asyncio.BrokenBarrierError"),
    *("multiprocessing.ProcessError", "multiprocessing.TimeoutError"),
)
"""Failures of the modules that queues are made of, by name: to import these only to raise what they
define takes longer than all that is done with it."""


def _if_loaded(name: str) -> Callable[[str], BaseException]:
    """A failure of a module that the implementation has loaded; of any other it can know none."""
    module, _, attribute = name.rpartition(".")

    def made(token: str) -> BaseException:
        kind = getattr(sys.modules.get(module), attribute, Injected)
        exc: BaseException = kind(token)
        return exc

    return made


_WALKED: dict[str, Callable[[str], BaseException]] = {
    **{name: _if_loaded(name) for name in _IF_LOADED},
    **{
        kind.__name__: kind
        for kind in _leaves_of_builtins()
        if kind not in _AWKWARD_FAILURES.values()
    },
}

ASSORTED = (*_AWKWARD_FAILURES, *_WALKED)
"""Failures that an implementation may take for something else, or take amiss: those that are false,
have no hash or take no attributes, a group, an exit that reports success, and those that its own
means raise at it (a get() that found nothing, a wait that timed out, a future that was cancelled,
memory that has run out)."""

FAILURE_KINDS: dict[str, Callable[[str], BaseException]] = {
    "error": Injected,
    "os_error": lambda token: OSError(5, token),
    "system_exit": SystemExit,
    "keyboard_interrupt": KeyboardInterrupt,
    "generator_exit": GeneratorExit,
    "base": lambda token: type("Base", (BaseException,), {})(token),
    "unformattable": _Unformattable,
    "evil": _Evil,
    **_AWKWARD_FAILURES,
    **_WALKED,
}
"""By name, a function from a token (a word that occurs nowhere else) to a fresh exception."""


def kind_in_turn(kind: str, number: int) -> str:
    """The kind that is meant in queue `number` of a scenario: of ``assorted`` the next one."""
    return ASSORTED[number % len(ASSORTED)] if kind == "assorted" else kind


def make_failure(kind: str, token: str) -> BaseException:
    """A fresh exception; raises KeyError for an unknown kind."""
    return FAILURE_KINDS[kind](token)
