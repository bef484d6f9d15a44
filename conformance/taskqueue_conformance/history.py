"""What was seen: one list of events per run of a queue, and the questions the oracles ask of it.

An event is ``(code, actor, value, time)``: appended to one list by whichever thread it happens in,
so the list is a total order in which every call stands before its effect and every return after it.
Two operations overlap if neither's return stands before the other's call; no oracle demands an
order between operations that overlap.

Actors: `MAIN` (-1) is the thread that calls run(), 0 the producer, 1 to N the consumers;
``1000 * k + actor`` is the k-th helper thread of an actor.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from taskqueue_conformance.workload import Scenario

__all__ = [
    "END",
    "MAIN",
    "STRANGER",
    "Call",
    "Callback",
    "Code",
    "Event",
    "FailureInfo",
    "History",
    "Outcome",
    "actor_name",
    "owner",
]

MAIN = -1
END = -1
"""The value of a get() that returned None."""
STRANGER = -2
"""The value of a get() that returned an object which nobody had put."""

HELPERS = 1000

Event = tuple[int, int, int, int]


class Code(enum.IntEnum):
    """What an event says; an operation is a call and at most one of return and raise."""

    BEGIN = 1  # a callback has been called; value: how often so far
    FINISH = 2  # it is about to return
    FAIL = 3  # an exception is about to leave it; value: its number
    PUT = 10  # value: number of the item, END for None
    PUT_RETURN = 11
    PUT_RAISE = 12  # value: number of the exception
    GET = 20
    GET_RETURN = 21  # value: number of the item, END or STRANGER
    GET_RAISE = 22
    OK = 30
    OK_RETURN = 31  # value: 1 or 0
    OK_RAISE = 32
    RUN = 40
    RUN_RETURN = 41  # value: 0 if it returned None
    RUN_RAISE = 42  # value: number of the exception
    AWAIT = 50  # waits for another callback; value: number of the gate
    AWAIT_RETURN = 51
    INTERRUPT = 60
    CONSTRUCTED = 61
    FREED = 62  # value: how many delivered items are still alive
    STUCK = 63
    HELPER = 64  # waits for a helper thread of its own
    HELPER_RETURN = 65


_FAMILIES = {
    "put": (Code.PUT, Code.PUT_RETURN, Code.PUT_RAISE),
    "get": (Code.GET, Code.GET_RETURN, Code.GET_RAISE),
    "ok": (Code.OK, Code.OK_RETURN, Code.OK_RAISE),
    "run": (Code.RUN, Code.RUN_RETURN, Code.RUN_RAISE),
    "wait": (Code.AWAIT, Code.AWAIT_RETURN, Code.AWAIT_RETURN),
}


def owner(actor: int) -> int:
    """The callback that an actor belongs to: itself, or the one whose helper it is."""
    return actor % HELPERS if actor >= HELPERS else actor


def actor_name(actor: int) -> str:
    """In words: 'the producer', 'consumer 2', 'a helper of consumer 2', 'run()'."""
    if actor == MAIN:
        return "run()"
    if actor >= HELPERS:
        return f"a helper of {actor_name(owner(actor))}"
    return "the producer" if actor == 0 else f"consumer {actor}"


@dataclass
class Call:
    """One operation: from place `begin` to place `end` of the event list; None: no return."""

    actor: int
    begin: int
    begin_time: int
    argument: int = 0
    end: int | None = None
    end_time: int | None = None
    value: int = 0
    raised: bool = False

    @property
    def returned(self) -> bool:
        return self.end is not None and not self.raised

    def before(self, other: Call) -> bool:
        """Whether this one had come back when the other was called."""
        return self.end is not None and self.end < other.begin


@dataclass
class Callback:
    """The life of one callback; places in the event list, None where it did not happen."""

    actor: int
    begun: int | None = None
    begun_time: int | None = None
    starts: int = 0
    left: int | None = None
    left_time: int | None = None
    failure: int | None = None
    took_end: int | None = None


@dataclass
class FailureInfo:
    """An exception that left a callback or an operation."""

    actor: int
    kind: str
    type: str
    text: str
    injected: bool


@dataclass
class Outcome:
    """What run() raised. `failure` is the number of the failure that it is, if it is one."""

    type: str
    text: str
    failure: int | None = None
    carries: tuple[int, ...] = ()
    resembles: int | None = None
    reaches_the_raise: bool = True


@dataclass
class History:
    """Everything seen of one queue."""

    scenario: Scenario
    events: Sequence[Event]
    failures: list[FailureInfo] = field(default_factory=list)
    outcome: Outcome | None = None
    run_value: str | None = None
    strangers: list[str] = field(default_factory=list)
    gates: list[str] = field(default_factory=list)
    item_kinds: list[str] = field(default_factory=list)
    construction_error: str | None = None
    hang: str | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """The fields by name, as the constructor takes them."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data."""
        data = self.fields()
        data["scenario"] = self.scenario.to_json()
        data["failures"] = [dataclasses.asdict(info) for info in self.failures]
        data["outcome"] = self.outcome and dataclasses.asdict(self.outcome)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> History:
        """The history that `to_json` wrote."""
        values = dict(data)
        values["scenario"] = Scenario.from_json(data["scenario"])
        values["events"] = [
            (code, actor, value, time) for code, actor, value, time in data["events"]
        ]
        values["failures"] = [FailureInfo(**info) for info in data["failures"]]
        if outcome := data["outcome"]:
            values["outcome"] = Outcome(**{**outcome, "carries": tuple(outcome["carries"])})
        return cls(**values)

    @cached_property
    def _calls(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {name: [] for name in _FAMILIES}
        role = {
            int(code): (name, place)
            for name, codes in _FAMILIES.items()
            for place, code in enumerate(codes)
        }
        open_calls: dict[tuple[int, str], Call] = {}
        for place, (code, actor, value, time) in enumerate(self.events):
            entry = role.get(code)
            if entry is None:
                continue
            name, part = entry
            if part == 0:
                call = Call(actor, place, time, value)
                found[name].append(call)
                open_calls[actor, name] = call
            else:
                call = open_calls.pop((actor, name))
                call.end, call.end_time, call.value = place, time, value
                call.raised = code == _FAMILIES[name][2] and name != "wait"
        return found

    @property
    def puts(self) -> list[Call]:
        return self._calls["put"]

    @property
    def gets(self) -> list[Call]:
        return self._calls["get"]

    @property
    def oks(self) -> list[Call]:
        return self._calls["ok"]

    @property
    def runs(self) -> list[Call]:
        """The calls of run(): the first one is the run itself, by `MAIN` unless a callback that was
        called too early came before it."""
        return self._calls["run"]

    @property
    def waits(self) -> list[Call]:
        """Waits of callbacks for each other."""
        return self._calls["wait"]

    @cached_property
    def run(self) -> Call | None:
        """The first call of run(), None if it was never made."""
        return self.runs[0] if self.runs else None

    @cached_property
    def interrupted(self) -> int | None:
        """The place of the first interrupt."""
        return next((i for i, event in enumerate(self.events) if event[0] == Code.INTERRUPT), None)

    @cached_property
    def callbacks(self) -> list[Callback]:
        """Producer and consumers, by actor number."""
        lives = [Callback(actor) for actor in range(len(self.scenario.consumers) + 1)]
        for place, (code, actor, value, time) in enumerate(self.events):
            if code == Code.BEGIN:
                life = lives[actor]
                life.starts = value
                if value == 1:
                    life.begun, life.begun_time = place, time
            elif code in (Code.FINISH, Code.FAIL):
                life = lives[actor]
                if life.left is None:
                    life.left, life.left_time = place, time
                    life.failure = value if code == Code.FAIL else None
            elif code == Code.GET_RETURN and value == END:
                life = lives[owner(actor)]
                if life.took_end is None:
                    life.took_end = place
        return lives

    @property
    def producer(self) -> Callback:
        return self.callbacks[0]

    @property
    def consumers(self) -> list[Callback]:
        return self.callbacks[1:]

    @cached_property
    def failed(self) -> list[Callback]:
        """The callbacks that failed, in the order in which they did."""
        gone = [life for life in self.callbacks if life.failure is not None]
        return sorted(gone, key=lambda life: life.left or 0)

    @cached_property
    def last_left(self) -> tuple[int, int] | None:
        """Place and time of the last callback's end; None unless all have ended."""
        ends = [(life.left, life.left_time) for life in self.callbacks]
        if any(left is None for left, _ in ends):
            return None
        left, time = max((left or 0, time or 0) for left, time in ends)
        return left, time

    @cached_property
    def deliveries(self) -> dict[int, list[Call]]:
        """By item, the get() calls that returned it."""
        found: dict[int, list[Call]] = {}
        for call in self.gets:
            if call.returned and call.value >= 0:
                found.setdefault(call.value, []).append(call)
        return found

    @cached_property
    def outstanding(self) -> list[tuple[str, Call]]:
        """The operations that never came back."""
        return [
            (name, call)
            for name, calls in self._calls.items()
            for call in calls
            if call.end is None
        ]

    def keeps_taking(self, life: Callback) -> bool:
        """Whether this consumer never stopped taking: it took the end, or still waits for it."""
        if life.took_end is not None:
            return True
        waiting = (call for name, call in self.outstanding if name == "get")
        return any(owner(call.actor) == life.actor for call in waiting)

    def item_name(self, number: int) -> str:
        """An item in words, its kind included where it is not a plain one."""
        kind = self.item_kinds[number] if number < len(self.item_kinds) else "plain"
        return f"item {number}" if kind == "plain" else f"item {number} ({kind})"

    def failure_name(self, number: int) -> str:
        """A failure in words."""
        info = self.failures[number]
        return f"{info.type} of {actor_name(info.actor)}"

    def seconds(self, start: int, end: int) -> float:
        """Seconds between two times of events."""
        return (end - start) / 1e6

    def lines(self, last: int = 40) -> Iterator[str]:
        """The last events, for a reader."""
        start = max(0, len(self.events) - last)
        if start:
            yield f"... {start} events before"
        for code, actor, value, time in self.events[start:]:
            seconds = (time - self.events[0][3]) / 1e6
            yield f"{seconds:10.6f}  {actor_name(actor):<24} {self._words(code, value)}"

    def _words(self, code: int, value: int) -> str:
        item = "None" if value == END else self.item_name(value) if value >= 0 else "a stranger"
        failure = self.failure_name(value) if 0 <= value < len(self.failures) else ""
        words = {
            Code.BEGIN: "begins" if value == 1 else f"begins for the {value}th time",
            Code.FINISH: "ends",
            Code.FAIL: f"fails: {failure}",
            Code.PUT: f"put({item}) called",
            Code.PUT_RETURN: "put returned",
            Code.PUT_RAISE: f"put raised {failure}",
            Code.GET: "get() called",
            Code.GET_RETURN: f"get returned {item}",
            Code.GET_RAISE: f"get raised {failure}",
            Code.OK: "ok() called",
            Code.OK_RETURN: f"ok returned {bool(value)}",
            Code.OK_RAISE: f"ok raised {failure}",
            Code.RUN: "run() called",
            Code.RUN_RETURN: "run returned",
            Code.RUN_RAISE: "run raised",
            Code.AWAIT: "waits at gate "
            + (self.gates[value] if 0 <= value < len(self.gates) else "?"),
            Code.AWAIT_RETURN: "goes on",
            Code.INTERRUPT: "sends KeyboardInterrupt to run()",
            Code.CONSTRUCTED: "constructed",
            Code.FREED: f"{value} delivered items still alive",
            Code.STUCK: "is stuck from here on",
            Code.HELPER: "waits for its helper thread",
            Code.HELPER_RETURN: "helper thread has ended",
        }
        return words[Code(code)]
