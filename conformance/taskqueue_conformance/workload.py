"""A scenario as data: what the callbacks do, what goes wrong, and how the queue is set up.

A scenario says nothing about how it is run.  The same description is performed on real threads in
a supervised child process and, step by step, under the deterministic engine; it travels as JSON
between processes, is drawn and shrunk by Hypothesis, and is printed in a report.

A callback is a tuple of steps, performed in order.  An actor is 0 for the producer, 1 to N for the
consumers in the order of the list.  Every single operation of a callback (one put, one get, ...) is
a *point*: a `Fault` names the point before which its exception is raised.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Union

__all__ = [
    "STEP_TYPES",
    "AskAgain",
    "Await",
    "Bystander",
    "CheckFreed",
    "CheckOk",
    "Drain",
    "Fail",
    "Fault",
    "Helper",
    "Interrupt",
    "Meet",
    "PollOk",
    "Put",
    "PutNone",
    "RunAgain",
    "Scenario",
    "SetClock",
    "Signal",
    "Sleep",
    "Step",
    "Steps",
    "Stuck",
    "Take",
]


@dataclass(frozen=True)
class Put:
    """Put `count` new items of a `kind` (see `ITEM_KINDS` and `OWN_KINDS` in
    `taskqueue_conformance.items`).
    """

    count: int = 1
    kind: str = "plain"


@dataclass(frozen=True)
class PutNone:
    """Call put(None) and note whether it is refused."""


@dataclass(frozen=True)
class Take:
    """Call get() `count` times, or until it returns the end; not at all once it has."""

    count: int = 1
    each: Steps = ()


@dataclass(frozen=True)
class Drain:
    """Call get() until it has returned the end, performing `each` after every item."""

    each: Steps = ()


@dataclass(frozen=True)
class AskAgain:
    """Call get() although the end has been taken (only TQ-2.12 allows that)."""

    times: int = 1


@dataclass(frozen=True)
class CheckOk:
    """Call ok() once."""


@dataclass(frozen=True)
class PollOk:
    """Call ok() until it is False, at most for `seconds`."""

    seconds: float = 60.0


@dataclass(frozen=True)
class Fail:
    """Raise an exception of a `kind` of `FAILURE_KINDS` in `taskqueue_conformance.failures`;
    ``assorted`` is another one of them in each queue of a scenario.
    """

    kind: str = "error"


@dataclass(frozen=True)
class Sleep:
    """Be slow: do nothing for `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Signal:
    """Open a gate; what waits for it, or will, goes on."""

    gate: str


@dataclass(frozen=True)
class Await:
    """Wait until `count` signals for the gate have been given."""

    gate: str
    count: int = 1


@dataclass(frozen=True)
class Meet:
    """Wait until as many as there are callbacks have come here."""


@dataclass(frozen=True)
class Helper:
    """Perform `steps` in a thread of the callback's own, and wait for it."""

    steps: Steps


@dataclass(frozen=True)
class Bystander:
    """Start a thread, as any library may, and leave it: it ends when `count` signals for the gate
    have been given.
    """

    gate: str
    count: int = 1


@dataclass(frozen=True)
class Stuck:
    """Never come back (a dead connection)."""


@dataclass(frozen=True)
class Interrupt:
    """Send a KeyboardInterrupt (a real signal) to the thread that called run()."""


@dataclass(frozen=True)
class CheckFreed:
    """Note how many of the items delivered so far are still alive, once their number is steady."""


@dataclass(frozen=True)
class SetClock:
    """Set the wall clock back by `seconds`, as one that went wrong is; under the engine only."""

    seconds: float


@dataclass(frozen=True)
class RunAgain:
    """Call run() a second time, from here."""


@dataclass(frozen=True)
class RunAnother:
    """Make another queue of the same kind and run it, from here; the other one does not."""


Step = Union[  # noqa: UP007 - evaluated at run time on 3.10, with forward references
    Put,
    PutNone,
    Take,
    Drain,
    AskAgain,
    CheckOk,
    PollOk,
    Fail,
    Sleep,
    Signal,
    Await,
    Meet,
    Helper,
    Bystander,
    Stuck,
    Interrupt,
    CheckFreed,
    SetClock,
    RunAgain,
    RunAnother,
]
Steps = tuple[Step, ...]

STEP_TYPES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (
        *(Put, PutNone, Take, Drain, AskAgain, CheckOk, PollOk, Fail, Sleep),
        *(Signal, Await, Meet, Helper, Bystander, Stuck),
        *(Interrupt, CheckFreed, SetClock, RunAgain, RunAnother),
    )
}


@dataclass(frozen=True)
class Fault:
    """Raise an exception of `kind` in `actor` before its operation number `point` (from 0)."""

    actor: int
    point: int
    kind: str = "error"


@dataclass(frozen=True)
class Scenario:
    """What happens in one run of a TaskQueue.

    Attributes:
        name: short, unique, stable: reports and replay commands use it.
        producer: the steps of the producer.
        consumers: the steps of each consumer.
        faults: exceptions raised at points of the callbacks.
        callables: what kind of object each callback is (function, partial, method, lambda, object,
            aloof: an object that is false and cannot be compared, or giving: a function that
            returns something).
        consumers_as: how they are handed over (list, tuple, generator, or list changed afterwards).
        runs: how many queues are made and run, one after the other.
        kept: whether each of these is kept until the last has run, so that none gets the address of
            an earlier one.
        peers: how many queues are run at the same time, each in a thread of its own.
        nested: whether there is a second queue, which `RunAnother` runs.
        handling: whether run() is called while an exception is being handled.
        start_limit: let no more than this many threads be started.
        only_construct: make the queue and never run it.
        callers: how many threads call run() at the same time; one of them is to be refused.
        run_again: call run() once more after the first run has come back.
        optimised: run under ``python -O``.
        leave_by_exit: let the process end by itself after run(), as a script would.
        observe: what else to look at: "threads", "memory", "logging".
        preempt: seed of forced switches inside the implementation, or None.
        switch_interval: seconds for `sys.setswitchinterval`, or None for the interpreter's own.
        repetition: which of several runs of the same this is: each scenario is performed once.
    """

    name: str
    producer: Steps
    consumers: tuple[Steps, ...]
    faults: tuple[Fault, ...] = ()
    callables: str = "function"
    consumers_as: str = "list"
    runs: int = 1
    kept: bool = False
    peers: int = 1
    nested: bool = False
    handling: bool = False
    start_limit: int | None = None
    only_construct: bool = False
    callers: int = 1
    run_again: bool = False
    optimised: bool = False
    leave_by_exit: bool = False
    observe: tuple[str, ...] = ()
    preempt: int | None = None
    switch_interval: float | None = None
    repetition: int = 0

    _KEPT_AS_TUPLES: ClassVar[tuple[str, ...]] = ("observe",)

    def __hash__(self) -> int:
        return self._hash  # they are looked up again and again

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.producer, self.consumers, self.faults))

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data; fields with their default value are left out."""
        data: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.default is not dataclasses.MISSING and value == field.default:
                continue
            data[field.name] = value
        data["producer"] = _steps_to_json(self.producer)
        data["consumers"] = [_steps_to_json(steps) for steps in self.consumers]
        if self.faults:
            data["faults"] = [dataclasses.asdict(fault) for fault in self.faults]
        if self.observe:
            data["observe"] = list(self.observe)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scenario:
        """The scenario that `to_json` wrote.

        Raises:
            ValueError: an unknown field or step.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(set(data) - known):
            raise ValueError(f"a scenario has no field {', '.join(unknown)}")
        values = dict(data)
        values["producer"] = _steps_from_json(data["producer"])
        values["consumers"] = tuple(_steps_from_json(steps) for steps in data["consumers"])
        values["faults"] = tuple(Fault(**fault) for fault in data.get("faults", ()))
        values["observe"] = tuple(data.get("observe", ()))
        return cls(**values)

    @cached_property
    def calls_on(self) -> frozenset[str]:
        """The clauses that this scenario takes for granted, beyond those that all do."""
        found = set()
        if any(_holds(steps, Put) for steps in self.consumers):
            found.add("TQ-1.8")
        if any(_holds(steps, PutNone) for steps in (self.producer, *self.consumers)):
            found.add("TQ-1.5")
        return frozenset(found)

    @cached_property
    def puts_callbacks(self) -> bool:
        """Whether the producer or a consumer is put as an item."""
        return any(
            isinstance(step, Put) and step.kind in ("producer", "consumer")
            for steps in (self.producer, *self.consumers)
            for step in steps
        )

    def describe(self) -> list[str]:
        """The scenario for a reader, one line per callback."""
        lines = [f"producer: {_words(self.producer)}"]
        previous: tuple[int, int, Steps] | None = None
        groups: list[tuple[int, int, Steps]] = []
        for number, steps in enumerate(self.consumers, 1):
            if previous is not None and previous[2] == steps:
                previous = (previous[0], number, steps)
                groups[-1] = previous
            else:
                previous = (number, number, steps)
                groups.append(previous)
        for first, last, steps in groups:
            who = f"consumer {first}" if first == last else f"consumers {first} to {last}"
            lines.append(f"{who}: {_words(steps)}")
        if not self.consumers:
            lines.append("no consumers")
        for fault in self.faults:
            who = "the producer" if fault.actor == 0 else f"consumer {fault.actor}"
            lines.append(f"fault: {fault.kind} in {who} before its operation {fault.point}")
        for field in dataclasses.fields(self):
            if field.name in ("name", "producer", "consumers", "faults"):
                continue
            value = getattr(self, field.name)
            if value != field.default:
                lines.append(f"{field.name.replace('_', ' ')}: {value}")
        return lines


def _holds(steps: Steps, kind: type) -> bool:
    """Whether a step of a kind is among these, or inside one of them."""
    inner = (getattr(step, name, ()) for step in steps for name in ("each", "steps"))
    return any(isinstance(step, kind) for step in steps) or any(_holds(s, kind) for s in inner)


def _steps_to_json(steps: Steps) -> list[Any]:
    return [_step_to_json(step) for step in steps]


def _step_to_json(step: Step) -> Any:
    arguments: dict[str, Any] = {}
    for field in dataclasses.fields(step):
        value = getattr(step, field.name)
        if field.default is dataclasses.MISSING or value != field.default:
            nested = isinstance(value, tuple)
            arguments[field.name] = _steps_to_json(value) if nested else value
    name = type(step).__name__
    return {name: arguments} if arguments else name


def _steps_from_json(data: list[Any]) -> Steps:
    return tuple(_step_from_json(entry) for entry in data)


def _step_from_json(data: Any) -> Step:
    name, arguments = (data, {}) if isinstance(data, str) else next(iter(data.items()))
    try:
        cls = STEP_TYPES[name]
    except KeyError:
        raise ValueError(f"no step {name!r}; there are {', '.join(STEP_TYPES)}") from None
    values = {
        key: _steps_from_json(value) if isinstance(value, list) else value
        for key, value in arguments.items()
    }
    step: Step = cls(**values)
    return step


def _words(steps: Steps) -> str:
    return ", ".join(_word(step) for step in steps) or "returns at once"


def _word(step: Step) -> str:
    shown = []
    for field in dataclasses.fields(step):
        value = getattr(step, field.name)
        if field.default is not dataclasses.MISSING and value == field.default:
            continue
        shown.append(f"[{_words(value)}]" if isinstance(value, tuple) else str(value))
    name = type(step).__name__
    return f"{name}({', '.join(shown)})" if shown else name
