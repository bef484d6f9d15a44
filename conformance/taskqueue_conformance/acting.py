"""What the callbacks of one queue do: perform their steps, and note it.

They note each call before they make it and each return after it came. Nothing here judges.
"""

from __future__ import annotations

import _thread
import functools
import itertools
import weakref
from collections.abc import Callable
from typing import Any

from taskqueue_conformance.failures import kind_in_turn, make_failure
from taskqueue_conformance.history import END, HELPERS, MAIN, Code, Event, owner
from taskqueue_conformance.identity import Failures, Items, raise_injected
from taskqueue_conformance.items import make_item
from taskqueue_conformance.stage import Stage
from taskqueue_conformance.workload import (
    AskAgain,
    Await,
    Bystander,
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
    RunAnother,
    Scenario,
    SetClock,
    Signal,
    Sleep,
    Steps,
    Stuck,
    Take,
)

__all__ = ["Acting"]

SOON = 100
"""Looks up to which a step that polls is in a hurry; after that the millisecond does not count."""

_allocate_lock = _thread.allocate_lock


class _Witness:
    """Lives in the locals of a callback and dies with them."""


class Acting:
    """The callbacks of one queue, and what is known of what they did.

    Args:
        scenario: what to do.
        stage: the world to do it in.
        number: which one this is, where a scenario makes several.

    Attributes:
        events: what has happened so far.
        items: that were put.
        failures: that were raised.
    """

    def __init__(self, scenario: Scenario, stage: Stage, number: int) -> None:
        self.scenario = scenario
        self.stage = stage
        self.number = number
        self.events: list[Event] = []
        weak = "memory" in scenario.observe
        self.items = Items(weak=weak)
        self.failures = Failures(weak=weak)
        self._gates: list[str] = []
        self._points = [0] * (len(scenario.consumers) + 1)
        self._faults = {(fault.actor, fault.point): fault.kind for fault in scenario.faults}
        self._begun = [0] * (len(scenario.consumers) + 1)
        self._helpers = 0
        self._ended: set[int] = set()
        """The consumers that have taken the end: only `AskAgain` asks on behalf of these."""
        self._mutex = _allocate_lock()
        self.idents: dict[int, int] = {}
        """By thread, the actor that it is."""
        self.witnesses: list[weakref.ref[Any]] = []
        self.queue: Any = None
        self.callbacks: list[Any] = []
        """The producer and the consumers, where the scenario puts them; else they are not kept."""
        self.another: Callable[[], object] | None = None
        """Makes and runs the queue that this one is to run, if it is to run one."""
        self.running = False
        """Whether run() is under way: only then can it be interrupted."""
        self._note = self._make_note()

    def _make_note(self) -> Callable[[int, int, int], None]:
        append, now = self.events.append, self.stage.now

        def note(code: int, actor: int, value: int = 0) -> None:
            append((int(code), actor, value, now()))

        return note

    def _failure_number(self, exc: BaseException, actor: int) -> int:
        return self.failures.number_of(exc, actor)

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
        kind = kind_in_turn(kind, self.number)
        token = f"failure-{self.number}-of-actor-{actor}-at-{len(self.events)}"
        exc = make_failure(kind, token)
        self.failures.register(exc, actor, kind, token)
        try:
            raise_injected(exc)
        finally:
            del exc

    def _perform(self, actor: int, q: Any, steps: Steps) -> None:
        for step in steps:
            _PERFORM[type(step)](self, actor, q, step)

    def _put(self, actor: int, q: Any, step: Put) -> None:
        for _ in range(step.count):
            self._point(actor)
            number = self.items.number(step.kind)
            self._put_one(actor, q, make_item(step.kind, number, q, self.callbacks), number)

    def _put_one(self, actor: int, q: Any, item: Any, number: int) -> None:
        self.items.register(item, number)
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
            number = self.items.recognise(q.get())
        except BaseException as exc:
            self._note(Code.GET_RAISE, actor, self._failure_number(exc, actor))
            raise
        self._note(Code.GET_RETURN, actor, number)
        if number == END:
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

    def _bystander(self, actor: int, q: Any, step: Bystander) -> None:
        self._point(actor)
        gate = self.stage.gate(step.gate)
        self.stage.start(functools.partial(gate.wait, step.count))

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
        while (alive := self.items.delivered_alive) and self.stage.now() < give_up:
            self.stage.sleep(self.stage.pause)
        self._note(Code.FREED, actor, alive)

    def _set_clock(self, actor: int, q: Any, step: SetClock) -> None:
        self._point(actor)
        self.stage.set_clock(step.seconds)

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

    def _run_again(self, actor: int, q: Any, step: RunAgain) -> None:
        self._point(actor)
        self.run_again(actor)

    def _run_another(self, actor: int, q: Any, step: RunAnother) -> None:
        self._point(actor)
        if self.another is not None:
            self.another()


_PERFORM: dict[type, Callable[[Acting, int, Any, Any], None]] = {
    Put: Acting._put,
    PutNone: Acting._put_none,
    Take: Acting._take,
    Drain: Acting._drain,
    AskAgain: Acting._ask_again,
    CheckOk: Acting._check_ok,
    PollOk: Acting._poll_ok,
    Fail: Acting._explicit_fail,
    Sleep: Acting._sleep,
    Signal: Acting._signal,
    Await: Acting._await,
    Meet: Acting._meet,
    Helper: Acting._helper,
    Bystander: Acting._bystander,
    Stuck: Acting._stuck,
    Interrupt: Acting._interrupt,
    CheckFreed: Acting._check_freed,
    SetClock: Acting._set_clock,
    RunAgain: Acting._run_again,
    RunAnother: Acting._run_another,
}
