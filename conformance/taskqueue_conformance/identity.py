"""Who is who: items and exceptions are told by identity when they come back from the queue.

An item that was put and the one that get() returns must be the very same object, and so must an
exception that was raised and the one that run() raises.  Both registries number what they know; a
history speaks of numbers alone.
"""

from __future__ import annotations

import _thread
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any

from taskqueue_conformance.history import END, STRANGER, FailureInfo, Outcome
from taskqueue_conformance.items import Item

__all__ = ["Failures", "Items", "raise_injected"]

_allocate_lock = _thread.allocate_lock


class _Known:
    """An object that was put: one that is put twice is two items."""

    __slots__ = ("last", "thing", "to_come")

    def __init__(self, thing: Any) -> None:
        self.thing = thing
        self.to_come: list[int] = []
        self.last = END

    def next_number(self) -> int:
        """The number of the item that has come; one too many repeats the last."""
        if self.to_come:
            self.last = self.to_come.pop(0)
        return self.last


class Items:
    """The items that were put into one queue.

    Args:
        weak: hold none of them, so that it shows which are freed; then one thread puts them all.

    Attributes:
        kinds: of each item, by number.
        strangers: what came that was never put, in words.
        elsewhere: tells whether an item that is not known here was put into another queue.
    """

    def __init__(self, *, weak: bool) -> None:
        self.kinds: list[str] = []
        self.strangers: list[str] = []
        self.elsewhere: Callable[[Item], bool] | None = None
        self._weak = weak
        self._mutex = _allocate_lock()
        self._known: dict[int, _Known] = {}
        self._refs: list[weakref.ref[Any]] = []
        self._delivered: list[int] = []

    def number(self, kind: str) -> int:
        """The number of an item that is about to be made."""
        with self._mutex:
            self.kinds.append(kind)
            return len(self.kinds) - 1

    def register(self, item: Any, number: int) -> None:
        """Know an item, before it is put."""
        if self._weak:
            assert len(self._refs) == number, "memory is watched in scenarios of one putter"
            self._refs.append(weakref.ref(item))
        else:
            with self._mutex:
                self._known.setdefault(id(item), _Known(item)).to_come.append(number)

    def knows(self, item: Item) -> bool:
        """Whether that very item was put here; not if they are held weakly."""
        return id(item) in self._known

    def recognise(self, thing: Any) -> int:
        """The number of what get() has returned, or END, or STRANGER."""
        if thing is None:
            return END
        number = self._number_of(thing)
        if number == STRANGER:
            self.strangers.append(self._words_for(thing))
        elif number >= 0:
            self._delivered.append(number)
        return number

    def _number_of(self, thing: Any) -> int:
        if self._weak:
            number = thing.number if isinstance(thing, Item) else -1
            mine = 0 <= number < len(self._refs) and self._refs[number]() is thing
            return number if mine else STRANGER
        known = self._known.get(id(thing))
        if known is None:
            return STRANGER
        with self._mutex:
            return known.next_number()

    def _words_for(self, thing: Any) -> str:
        if not isinstance(thing, Item):
            return f"an object of type {type(thing).__name__}"
        foreign = self.elsewhere is not None and self.elsewhere(thing)
        return "an item of another queue" if foreign else f"a copy of item {thing.number}"

    @property
    def alive(self) -> int:
        """How many have not been freed; only if they are held weakly."""
        return sum(ref() is not None for ref in self._refs)

    @property
    def delivered_alive(self) -> int:
        """How many of those that get() has returned have not been freed."""
        return sum(self._refs[number]() is not None for number in self._delivered)


class Failures:
    """The exceptions that were raised in the callbacks of one queue.

    Args:
        weak: hold none of them. Built-in exceptions take no weak reference; scenarios that watch
            memory raise none.

    Attributes:
        infos: of each failure, by number.
    """

    def __init__(self, *, weak: bool) -> None:
        self.infos: list[FailureInfo] = []
        self._weak = weak
        self._mutex = _allocate_lock()
        self._objects: list[Callable[[], BaseException | None]] = []
        self._tokens: dict[str, int] = {}

    def register(self, exc: BaseException, actor: int, kind: str, token: str) -> int:
        """Know an exception; `token` is a text by which it is told in a log, empty for a foreign
        one.
        """
        text = token if kind in ("unformattable", "evil") else _text_of(exc)
        info = FailureInfo(actor, kind, type(exc).__name__, text, injected=bool(token))
        known: Callable[[], BaseException | None] = lambda: exc  # noqa: E731
        if self._weak:
            known = weakref.ref(exc)
        with self._mutex:
            number = len(self.infos)
            self.infos.append(info)
            self._objects.append(known)
        if token:
            self._tokens[token] = number
        return number

    def drop(self) -> None:
        """Hold none of them any more; what is known of them is kept."""
        with self._mutex:
            self._objects = [lambda: None] * len(self._objects)

    def number_of(self, exc: BaseException, actor: int) -> int:
        """The number of an exception that `actor` has seen; a new one if it is not known."""
        number = self._known(exc)
        return self.register(exc, actor, "foreign", "") if number is None else number

    def _known(self, exc: BaseException | None) -> int | None:
        if exc is not None:
            for number, known in enumerate(self._objects):
                if known() is exc:
                    return number
        return None

    def hear(self, record: Any) -> dict[str, Any] | None:
        """What a log record says of a failure of this queue, None if it is of none."""
        exc = record.exc_info[1] if record.exc_info else None
        try:
            text = record.getMessage()
        except Exception:
            text = str(record.msg)
        text += record.exc_text or ""
        number = self._known(exc)
        if number is None:
            number = self._named_in(text)
        if number is None:
            return None
        traced = exc is not None or "Traceback" in text
        return {"failure": number, "level": record.levelno, "traceback": traced}

    def _named_in(self, text: str) -> int | None:
        return next((number for token, number in self._tokens.items() if token in text), None)

    def outcome(self, exc: BaseException) -> Outcome:
        """What run() has raised, told by the failures that are known."""
        number = self._known(exc)
        text = _text_of(exc)
        return Outcome(
            type=type(exc).__name__,
            text=text,
            failure=number,
            carries=tuple(sorted(set(self._carried(exc)) - {number})),
            resembles=self._named_in(text) if number is None else None,
            reaches_the_raise=_reaches(exc.__traceback__),
        )

    def _carried(self, exc: BaseException) -> list[int]:
        """The failures that an exception brings along: as cause, argument or in a group."""
        found: list[int] = []
        seen: set[int] = set()
        todo: list[Any] = [exc]
        while todo:
            one = todo.pop()
            if not isinstance(one, BaseException) or id(one) in seen:
                continue
            seen.add(id(one))
            found += [n for n, known in enumerate(self._objects) if known() is one]
            try:
                todo += [one.__cause__, one.__context__, *one.args]
                todo += list(getattr(one, "exceptions", ()))
            except Exception:
                continue
        return found


def _text_of(exc: BaseException) -> str:
    try:
        return str(exc)[:500]
    except BaseException:
        return "(cannot be shown)"


def raise_injected(exc: BaseException) -> None:
    """Raise it, from a line that its traceback can be told by."""
    try:
        raise exc
    finally:
        del exc  # a frame that held it would make a cycle of the suite's own


def _reaches(tb: TracebackType | None) -> bool:
    """Whether a traceback goes down to the line where the scenario raised."""
    while tb is not None:
        if tb.tb_frame.f_code is raise_injected.__code__:
            return True
        tb = tb.tb_next
    return False
