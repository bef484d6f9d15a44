"""An execution as its departures from the default schedule: what a person has to keep in mind.

The default schedule stays with the running thread for as long as it can run, and else takes the
first in order of thread identity; no wait times out early and no fault happens. Any execution is
that, but for a few *departures*: here another thread goes first, there a wait ends before its time.
Fewest departures is what minimisation is after. Emmi, Qadeer and Rakamaric (POPL 2011) call them
delays and bound their number; those that take a thread off although it could run on are
*preemptions* (Musuvathi and Qadeer, PLDI 2007).

A departure is known by the thread that was running and that thread's own count of steps, not by its
position in the whole schedule: leave one out, and the others keep their meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome, Tid, name_of
from taskqueue_harness.strategies.base import Strategy


class Point(NamedTuple):
    """A place of an execution at which something else could have happened."""

    tid: Tid
    """The thread that was running."""
    step: int
    """Its own count of operations; for a draw, its own count of draws."""
    again: int
    """Which of the choices at that step; -1 for a draw."""


class Target(NamedTuple):
    """What happens there."""

    kind: Literal["thread", "timeout", "interrupt", "clock", "draw"]
    tid: Tid
    number: int = 0
    """For a draw, what was drawn."""


class Departure(NamedTuple):
    """At `point`, `target` in place of the default."""

    point: Point
    target: Target

    def __str__(self) -> str:
        tid, step, again = self.point
        if again < 0:
            return f"{name_of(tid)}, draw {step}: {self.target.number}"
        kind, target, _ = self.target
        what = f"to {name_of(target)}" if kind == "thread" else f"{kind} of {name_of(target)}"
        return f"{name_of(tid)}, step {step}.{again}: {what}"


def parse(text: str) -> Departure:
    """The departure that `str` wrote down. Raises ValueError."""
    try:
        return _parse(text)
    except ValueError:
        raise ValueError(f"not a departure: {text!r}") from None


def _parse(text: str) -> Departure:
    where, _, what = text.partition(": ")
    name, _, place = where.partition(", ")
    tid = _tid(name)
    word, _, number = place.partition(" ")
    if word == "draw":
        return Departure(Point(tid, int(number), -1), Target("draw", tid, int(what)))
    step, _, again = number.partition(".")
    point = Point(tid, int(step), int(again))
    if what.startswith("to "):
        return Departure(point, Target("thread", _tid(what[3:])))
    for kind in ("timeout", "interrupt", "clock"):
        if what.startswith(f"{kind} of "):
            return Departure(point, Target(kind, _tid(what[len(kind) + 4 :])))
    raise ValueError


def _tid(name: str) -> Tid:
    return () if name == "main" else tuple(int(number) for number in name.split("."))


def _target(alternative: Alternative) -> Target:
    if type(alternative) is Deviation:
        return Target(alternative.kind, alternative.fiber.tid)
    return Target("thread", alternative.tid)  # type: ignore[union-attr]


class Follow(Strategy):
    """Makes the default choices but for a plan, and keeps what it made of it.

    The plan is a set of departures, or the choices of a schedule. A departure that cannot be made
    (the thread is not there, or cannot run) is left out.
    """

    name = "follow"

    def __init__(self, plan: Iterable[Departure] | Sequence[int] = ()) -> None:
        self.survey = False
        """Whether to note the points at which there was a choice, and what there was."""
        self.plan(plan)

    def plan(self, plan: Iterable[Departure] | Sequence[int]) -> None:
        """What to do in the next execution."""
        self._choices: list[int] | None = None
        self._wanted: dict[Point, Target] = {}
        for one in plan:
            if isinstance(one, Departure):
                self._wanted[one.point] = one.target
            else:
                self._choices = self._choices or []
                self._choices.append(one)

    def begin(self, kernel: Kernel) -> bool:
        self.made: list[Departure] = []
        self.preemptions = 0
        self.switches = 0
        self.points: list[tuple[Point, list[Target]]] = []
        self._asked = 0
        self._last: tuple[Tid, int] = ((), -1)
        self._again = 0
        return True

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        tid, step = running.tid, running.steps
        if self._last == (tid, step):
            self._again += 1
        else:
            self._last = (tid, step)
            self._again = 0
        point = Point(tid, step, self._again)
        if self.survey:
            self.points.append((point, [_target(one) for one in alternatives]))
        choice = 0
        if self._choices is not None:
            choice = self._recorded(len(alternatives))
        elif self._wanted:
            wanted = self._wanted.get(point)
            if wanted is not None:
                for index, one in enumerate(alternatives):
                    if _target(one) == wanted:
                        choice = index
                        break
        if choice:
            target = _target(alternatives[choice])
            self.made.append(Departure(point, target))
            if running.guard and target.kind == "thread":
                self.preemptions += 1
        return choice

    def draw(self, count: int, fiber: Fiber) -> int:
        point = Point(fiber.tid, fiber.draws, -1)
        if self.survey:
            targets = [Target("draw", fiber.tid, number) for number in range(count)]
            self.points.append((point, targets))
        if self._choices is not None:
            choice = self._recorded(count)
        else:
            wanted = self._wanted.get(point)
            choice = wanted.number if wanted is not None and wanted.number < count else 0
        if choice:
            self.made.append(Departure(point, Target("draw", fiber.tid, choice)))
        return choice

    def _recorded(self, count: int) -> int:
        assert self._choices is not None
        position = self._asked
        self._asked = position + 1
        choice = self._choices[position] if position < len(self._choices) else 0
        return choice if choice < count else 0

    def end(self, outcome: Outcome) -> None:
        """Nothing to learn: `made` has it all."""
