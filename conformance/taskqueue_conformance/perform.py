"""Performs a scenario on one queue and records what happens.

The callbacks handed to the implementation do nothing but perform their steps, and note each call
before they make it and each return after it came.  Nothing here judges.
"""

from __future__ import annotations

import _thread
import functools
import itertools
import traceback
import weakref
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any

from taskqueue_conformance.history import (
    END,
    HELPERS,
    MAIN,
    STRANGER,
    Code,
    Event,
    FailureInfo,
    History,
    Outcome,
    owner,
)
from taskqueue_conformance.stage import Stage
from taskqueue_conformance.things import Item, make_failure, make_item
from taskqueue_conformance.workload import (
    AskAgain,
    Await,
    CheckFreed,
    CheckOk,
    Drain,
    Fail,
    Helper,
    Interrupt,
    Meet,
    PollOk,
    Put,
    PutNone,
    RunAgain,
    Scenario,
    Signal,
    Sleep,
    Steps,
    Stuck,
    Take,
)

__all__ = ["Performance"]

Subject = Callable[..., Any]
"""What makes a queue: called with a producer and a sequence of consumers."""

SOON = 100
"""Looks up to which a step that polls is in a hurry; after that the millisecond does not count."""

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


class _Witness:
    """Lives in the locals of a callback and dies with them."""


def _raise_injected(exc: BaseException) -> None:
    try:
        raise exc
    finally:
        del exc  # a frame that held it would make a cycle of the suite's own


class Performance:
    """One queue, from construction to the end of its last callback.

    Args:
        scenario: what to do.
        stage: the world to do it in.
        number: which one this is, where a scenario makes several.
    """

    def __init__(self, scenario: Scenario, stage: Stage, number: int = 0) -> None:
        self.scenario = scenario
        self.stage = stage
        self.number = number
        self.events: list[Event] = []
        self._weak = "memory" in scenario.observe
        self._items: dict[int, _Known] = {}
        self._item_refs: list[weakref.ref[Any]] = []
        self._item_kinds: list[str] = []
        self._delivered: list[int] = []
        self._strangers: list[str] = []
        self._failures: list[FailureInfo] = []
        self._failure_objects: list[Callable[[], BaseException | None]] = []
        self._tokens: dict[str, int] = {}
        self._gates: list[str] = []
        self._points = [0] * (len(scenario.consumers) + 1)
        self._faults = {(fault.actor, fault.point): fault.kind for fault in scenario.faults}
        self._begun = [0] * (len(scenario.consumers) + 1)
        self._helpers = 0
        self._ended: set[int] = set()
        """The consumers that have taken the end: only `AskAgain` asks on behalf of these."""
        self._outcome: Outcome | None = None
        self._run_value: str | None = None
        self._construction_error: str | None = None
        self._mutex = _allocate_lock()
        self.idents: dict[int, int] = {}
        """By thread, the actor that it is."""
        self.witnesses: list[weakref.ref[Any]] = []
        self.queue: Any = None
        self.running = False
        """Whether run() is under way: only then can it be interrupted."""
        self.others: Callable[[Item], bool] | None = None
        """Tells whether an item that is not known here was put into another queue."""
        self._note = self._make_note()

    def _make_note(self) -> Callable[[int, int, int], None]:
        append, now = self.events.append, self.stage.now

        def note(code: int, actor: int, value: int = 0) -> None:
            append((int(code), actor, value, now()))

        return note

    # -- what the caller of run() does ---------------------------------------------------------

    def knows(self, item: Item) -> bool:
        """Whether this queue has put that very item."""
        return id(item) in self._items

    def construct(self, subject: Subject) -> bool:
        """Make the queue; False, and the reason is kept, if that raised."""
        producer = self._callback(0)
        consumers = [self._callback(actor) for actor in range(1, len(self._begun))]
        handed: Iterable[Callable[[Any], None]] = consumers
        how = self.scenario.consumers_as
        if how == "tuple":
            handed = tuple(consumers)
        elif how == "generator":
            handed = (consumer for consumer in consumers)
        elif how == "same":
            # One and the same object in every place; whoever comes first is consumer 1.
            handed = [self._shared_callback()] * len(consumers)
        try:
            self.queue = subject(producer, handed)
        except Exception as exc:
            self._construction_error = f"{type(exc).__name__}: {exc}"
            return False
        self._note(Code.CONSTRUCTED, MAIN, 0)
        if how == "changed":
            consumers.clear()
        return True

    def run(self) -> None:
        """Call run() and keep what came of it; never raises."""
        queue, note = self.queue, self._note
        self.idents[self.stage.ident()] = MAIN
        note(Code.RUN, MAIN, 0)
        self.running = True
        try:
            value = queue.run()
        except BaseException as exc:
            self._keep_outcome(exc)
            note(Code.RUN_RAISE, MAIN, -1 if self._outcome is None else 0)
        else:
            if value is not None:
                self._run_value = repr(value)[:200]
            note(Code.RUN_RETURN, MAIN, 0 if value is None else 1)
        finally:
            self.running = False

    def run_by_all(self) -> None:
        """Call run() here and, if there are more callers, in other threads at the same time."""
        others = [
            self.stage.spawn(functools.partial(self.run_again, number * HELPERS))
            for number in range(1, self.scenario.callers)
        ]
        self.run()
        for join in others:
            join()

    def run_again(self, actor: int = MAIN) -> None:
        """Call run() a second time; the value noted is 0 for RuntimeError, 1 for anything else."""
        self._note(Code.RUN, actor, 1)
        try:
            self.queue.run()
        except RuntimeError:
            self._note(Code.RUN_RAISE, actor, 0)
        except BaseException:
            self._note(Code.RUN_RAISE, actor, 1)
        else:
            self._note(Code.RUN_RETURN, actor, 1)

    def all_begun(self) -> bool:
        """Whether every callback has begun."""
        return all(self._begun)

    def all_left(self) -> bool:
        """Whether every callback that has begun has ended, or is stuck by plan."""
        begun = left = 0
        for code, _, value, _ in list(self.events):
            if code == Code.BEGIN and value == 1:
                begun += 1
            elif code in (Code.FINISH, Code.FAIL, Code.STUCK):
                left += 1
        return left >= begun

    def alive(self) -> dict[str, int]:
        """How many witnesses, items and queues made here are still alive."""
        return {
            "callback locals": sum(ref() is not None for ref in self.witnesses),
            "items": sum(ref() is not None for ref in self._item_refs),
        }

    def drop(self) -> None:
        """Forget the queue, as a caller does who has no more use for it."""
        self.queue = None

    def history(self, hang: str | None = None, notes: dict[str, Any] | None = None) -> History:
        """What was seen so far."""
        return History(
            scenario=self.scenario,
            events=list(self.events),
            failures=list(self._failures),
            outcome=self._outcome,
            run_value=self._run_value,
            strangers=list(self._strangers),
            gates=list(self._gates),
            item_kinds=list(self._item_kinds),
            construction_error=self._construction_error,
            hang=hang,
            notes=dict(notes or {}),
        )

    # -- callbacks -----------------------------------------------------------------------------

    def _callback(self, actor: int) -> Callable[[Any], None]:
        kind = self.scenario.callables
        if kind == "partial":
            return functools.partial(self._live, actor)
        if kind == "method":
            return _Bound(self, actor).serve
        if kind == "lambda":
            return lambda q: self._live(actor, q)
        if kind == "object":
            return _Callable(self, actor)

        def callback(q: Any) -> None:
            self._live(actor, q)

        return callback

    def _shared_callback(self) -> Callable[[Any], None]:
        actors = iter(range(1, len(self._begun)))

        def consumer(q: Any) -> None:
            # next() on a range iterator is one step; a call too many repeats consumer 1.
            self._live(next(actors, 1), q)

        return consumer

    def _live(self, actor: int, q: Any) -> None:
        self._begun[actor] += 1
        self._note(Code.BEGIN, actor, self._begun[actor])
        if self._begun[actor] > 1:
            return
        self.idents[self.stage.ident()] = actor
        witness = _Witness()
        self.witnesses.append(weakref.ref(witness))
        steps = self.scenario.consumers[actor - 1] if actor else self.scenario.producer
        try:
            self._perform(actor, q, steps)
            self._point(actor)
        except BaseException as exc:
            self._note(Code.FAIL, actor, self._failure_number(exc, actor))
            raise
        self._note(Code.FINISH, actor, 0)

    def _point(self, actor: int) -> None:
        """Stand before the next operation: the place where faults come in."""
        self.stage.jitter()
        if actor < HELPERS:
            point = self._points[actor]
            self._points[actor] = point + 1
            kind = self._faults.get((actor, point))
            if kind is not None:
                self._fail(actor, kind)

    def _fail(self, actor: int, kind: str) -> None:
        token = f"failure-{self.number}-of-actor-{actor}-at-{len(self.events)}"
        exc = make_failure(kind, token)
        self._register_failure(exc, actor, kind, token)
        try:
            _raise_injected(exc)
        finally:
            del exc

    def _perform(self, actor: int, q: Any, steps: Steps) -> None:
        for step in steps:
            _PERFORM[type(step)](self, actor, q, step)

    def _put(self, actor: int, q: Any, step: Put) -> None:
        for _ in range(step.count):
            self._point(actor)
            with self._mutex:
                number = len(self._item_kinds)
                self._item_kinds.append(step.kind)
            self._put_one(actor, q, make_item(step.kind, number), number)

    def _put_one(self, actor: int, q: Any, item: Any, number: int) -> None:
        self._register_item(item, number)
        self._note(Code.PUT, actor, number)
        try:
            q.put(item)
        except BaseException as exc:
            self._note(Code.PUT_RAISE, actor, self._failure_number(exc, actor))
            raise
        self._note(Code.PUT_RETURN, actor, number)
        self.stage.jitter()

    def _put_none(self, actor: int, q: Any, step: PutNone) -> None:
        self._point(actor)
        self._note(Code.PUT, actor, END)
        try:
            q.put(None)
        except Exception as exc:
            self._note(Code.PUT_RAISE, actor, self._failure_number(exc, actor))
        else:
            self._note(Code.PUT_RETURN, actor, END)

    def _get(self, actor: int, q: Any) -> bool:
        """One get(); True if it was an item. The item is not kept."""
        self._point(actor)
        self._note(Code.GET, actor, 0)
        try:
            number = self._recognise(q.get())
        except BaseException as exc:
            self._note(Code.GET_RAISE, actor, self._failure_number(exc, actor))
            raise
        self._note(Code.GET_RETURN, actor, number)
        if number >= 0:
            self._delivered.append(number)
        elif number == END:
            self._ended.add(owner(actor))
        self.stage.jitter()
        return number != END

    def _take(self, actor: int, q: Any, step: Take) -> None:
        for _ in range(step.count):
            if owner(actor) in self._ended or not self._get(actor, q):
                return
            self._perform(actor, q, step.each)

    def _drain(self, actor: int, q: Any, step: Drain) -> None:
        while owner(actor) not in self._ended and self._get(actor, q):
            self._perform(actor, q, step.each)

    def _ask_again(self, actor: int, q: Any, step: AskAgain) -> None:
        for _ in range(step.times):
            self._get(actor, q)

    def _ok(self, actor: int, q: Any) -> bool:
        self._note(Code.OK, actor, 0)
        try:
            value = bool(q.ok())
        except BaseException as exc:
            self._note(Code.OK_RAISE, actor, self._failure_number(exc, actor))
            raise
        self._note(Code.OK_RETURN, actor, int(value))
        return value

    def _check_ok(self, actor: int, q: Any, step: CheckOk) -> None:
        self._point(actor)
        self._ok(actor, q)

    def _poll_ok(self, actor: int, q: Any, step: PollOk) -> None:
        self._point(actor)
        give_up = self.stage.now() + step.seconds * 1e6
        for looks in itertools.count():
            if not self._ok(actor, q) or self.stage.now() >= give_up:
                return
            self.stage.sleep(self.stage.pause * (1 if looks < SOON else 10))

    def _explicit_fail(self, actor: int, q: Any, step: Fail) -> None:
        self._point(actor)
        self._fail(actor, step.kind)

    def _sleep(self, actor: int, q: Any, step: Sleep) -> None:
        self._point(actor)
        self.stage.sleep(step.seconds)

    def _signal(self, actor: int, q: Any, step: Signal) -> None:
        self._point(actor)
        self.stage.gate(step.gate).signal()

    def _await(self, actor: int, q: Any, step: Await) -> None:
        self._point(actor)
        self._wait_at(actor, step.gate, step.count)

    def _meet(self, actor: int, q: Any, step: Meet) -> None:
        self._point(actor)
        self.stage.gate("meeting").signal()
        self._wait_at(actor, "meeting", len(self._begun) * self.scenario.peers)

    def _wait_at(self, actor: int, gate: str, count: int) -> None:
        if gate not in self._gates:
            self._gates.append(gate)
        self._note(Code.AWAIT, actor, self._gates.index(gate))
        self.stage.gate(gate).wait(count)
        self._note(Code.AWAIT_RETURN, actor, 0)

    def _helper(self, actor: int, q: Any, step: Helper) -> None:
        self._point(actor)
        with self._mutex:
            self._helpers += 1
            me = self._helpers * HELPERS + actor
        raised: list[BaseException] = []

        def body() -> None:
            self.idents[self.stage.ident()] = me
            try:
                self._perform(me, q, step.steps)
            except BaseException as exc:
                raised.append(exc)

        join = self.stage.spawn(body)
        self._note(Code.HELPER, actor, 0)
        join()
        self._note(Code.HELPER_RETURN, actor, 0)
        if raised:
            raise raised.pop()

    def _stuck(self, actor: int, q: Any, step: Stuck) -> None:
        self._point(actor)
        self._note(Code.STUCK, actor, 0)
        self.stage.block()

    def _interrupt(self, actor: int, q: Any, step: Interrupt) -> None:
        self._point(actor)
        if self.running:
            self._note(Code.INTERRUPT, actor, 0)
            self.stage.interrupt()

    def _check_freed(self, actor: int, q: Any, step: CheckFreed) -> None:
        self._point(actor)
        give_up = self.stage.now() + 1_000_000
        while (alive := self._delivered_alive()) and self.stage.now() < give_up:
            self.stage.sleep(self.stage.pause)
        self._note(Code.FREED, actor, alive)

    def _run_again(self, actor: int, q: Any, step: RunAgain) -> None:
        self._point(actor)
        self.run_again(actor)

    # -- who is who ----------------------------------------------------------------------------

    def _register_item(self, item: Any, number: int) -> None:
        if self._weak:
            assert len(self._item_refs) == number, "memory is watched in scenarios of one putter"
            self._item_refs.append(weakref.ref(item))
        else:
            with self._mutex:
                self._items.setdefault(id(item), _Known(item)).to_come.append(number)

    def _delivered_alive(self) -> int:
        return sum(self._item_refs[number]() is not None for number in self._delivered)

    def _recognise(self, thing: Any) -> int:
        if thing is None:
            return END
        if self._weak:
            number = thing.number if isinstance(thing, Item) else -1
            if 0 <= number < len(self._item_refs) and self._item_refs[number]() is thing:
                return number
        else:
            known = self._items.get(id(thing))
            if known is not None:
                with self._mutex:
                    return known.next_number()
        if isinstance(thing, Item):
            foreign = self.others is not None and self.others(thing)
            relation = "an item of another queue" if foreign else f"a copy of item {thing.number}"
            self._strangers.append(relation)
        else:
            self._strangers.append(f"an object of type {type(thing).__name__}")
        return STRANGER

    def _register_failure(self, exc: BaseException, actor: int, kind: str, token: str) -> int:
        text = token if kind in ("unformattable", "evil") else _text_of(exc)
        info = FailureInfo(actor, kind, type(exc).__name__, text, injected=bool(token))
        known: Callable[[], BaseException | None] = lambda: exc  # noqa: E731
        if self._weak:
            # Built-in exceptions take no weak reference; scenarios that watch memory raise none.
            known = weakref.ref(exc)
        with self._mutex:
            number = len(self._failures)
            self._failures.append(info)
            self._failure_objects.append(known)
        if token:
            self._tokens[token] = number
        return number

    def _failure_number(self, exc: BaseException, actor: int) -> int:
        for number, known in enumerate(self._failure_objects):
            if known() is exc:
                return number
        return self._register_failure(exc, actor, "foreign", "")

    def failure_in(self, exc: BaseException | None, text: str) -> int | None:
        """The failure that an exception or a text (of a log record, say) speaks of."""
        if exc is not None:
            for number, known in enumerate(self._failure_objects):
                if known() is exc:
                    return number
        for token, number in self._tokens.items():
            if token in text:
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
        number = self.failure_in(exc, text)
        if number is None:
            return None
        traced = exc is not None or "Traceback" in text
        return {"failure": number, "level": record.levelno, "traceback": traced}

    def _keep_outcome(self, exc: BaseException) -> None:
        number = None
        for candidate, known in enumerate(self._failure_objects):
            if known() is exc:
                number = candidate
        text = _text_of(exc)
        carried = tuple(sorted(set(self._carried(exc)) - {number}))
        resembles = None
        if number is None:
            resembles = next((n for token, n in self._tokens.items() if token in text), None)
        self._outcome = Outcome(
            type=type(exc).__name__,
            text=text,
            failure=number,
            carries=carried,
            resembles=resembles,
            traceback=_format(exc),
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
            found += [n for n, known in enumerate(self._failure_objects) if known() is one]
            try:
                todo += [one.__cause__, one.__context__, *one.args]
                todo += list(getattr(one, "exceptions", ()))
            except Exception:
                continue
        return found


class _Bound:
    def __init__(self, performance: Performance, actor: int) -> None:
        self._performance, self._actor = performance, actor

    def serve(self, q: Any) -> None:
        self._performance._live(self._actor, q)


class _Callable:
    __slots__ = ("_actor", "_performance")

    def __init__(self, performance: Performance, actor: int) -> None:
        self._performance, self._actor = performance, actor

    def __call__(self, q: Any) -> None:
        self._performance._live(self._actor, q)


_PERFORM: dict[type, Callable[[Performance, int, Any, Any], None]] = {
    Put: Performance._put,
    PutNone: Performance._put_none,
    Take: Performance._take,
    Drain: Performance._drain,
    AskAgain: Performance._ask_again,
    CheckOk: Performance._check_ok,
    PollOk: Performance._poll_ok,
    Fail: Performance._explicit_fail,
    Sleep: Performance._sleep,
    Signal: Performance._signal,
    Await: Performance._await,
    Meet: Performance._meet,
    Helper: Performance._helper,
    Stuck: Performance._stuck,
    Interrupt: Performance._interrupt,
    CheckFreed: Performance._check_freed,
    RunAgain: Performance._run_again,
}


def _text_of(exc: BaseException) -> str:
    try:
        return str(exc)[:500]
    except BaseException:
        return "(cannot be shown)"


def _format(exc: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(type(exc), exc, exc.__traceback__))[-4000:]
    except BaseException:
        return "(cannot be formatted)"


def _reaches(tb: TracebackType | None) -> bool:
    """Whether a traceback goes down to the line where the scenario raised."""
    frames: Sequence[Any] = []
    while tb is not None:
        frames = [*frames, tb.tb_frame.f_code]
        tb = tb.tb_next
    return _raise_injected.__code__ in frames
