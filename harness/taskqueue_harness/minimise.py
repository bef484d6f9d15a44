"""From a failing schedule to the fewest departures from the default one that fail the same way.

1. The schedule is written as *departures* (see there), and *delta debugging* (ddmin, Zeller and
   Hildebrandt, TSE 2002) leaves out what is not needed; after each success the departures are taken
   anew from the shorter execution, until nothing can be left out any more.
2. Each departure that is left is moved to the thread's steps before and after it, up to a handful;
   a move stays if it saves a departure, a preemption or a switch.
3. That is a local minimum. A search from below settles whether there is a smaller one: the default
   schedule, then all executions with one departure, with two, and so on, as far as the budget
   allows (delay bounding, Emmi, Qadeer and Rakamaric, POPL 2011).

A smaller execution counts only if it *fails the same way*: the same verdict, and the same type of
exception raised at the same line, or threads blocked at the same places.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from taskqueue_harness.departures import Departure, Follow, Point
from taskqueue_harness.explore import explore, replay
from taskqueue_harness.fiber import Alternative, Fiber
from taskqueue_harness.files import OWN_FILES
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import decode
from taskqueue_harness.world.program import Program

MINIMISABLE = ("failed", "deadlock", "stuck", "livelock")
"""Verdicts that a smaller schedule can show as well."""

_REACH = 4
"""How far a departure is moved, in steps of its thread."""

_TOO_MANY = 20_000
"""Schedules with one number of departures that the search from below is ready to line up."""

_Plan = tuple[Departure, ...]


@dataclass(frozen=True)
class Size:
    """How much there is to keep in mind of an execution; smaller sorts first."""

    departures: int
    preemptions: int
    switches: int
    """From the thread of one operation to another thread."""
    steps: int

    def order(self) -> tuple[int, int, int, int]:
        return self.departures, self.preemptions, self.switches, self.steps

    def __str__(self) -> str:
        return (
            f"{_count(self.departures, 'departure')} ({_count(self.preemptions, 'preemption')}) "
            f"in {_count(self.steps, 'step')}"
        )


@dataclass
class Minimised:
    """The smallest failing execution that was found, and how far the search for it went."""

    token: str
    """Replays it."""
    before: Size
    after: Size
    departures: tuple[Departure, ...]
    replays: int
    """Executions that it took."""
    seconds: float
    minimal: bool
    """No execution with fewer departures fails the same way: all were tried."""
    cut: str = ""
    """The limit that ended the search, if one did."""
    result: Result = field(repr=False, default=None)  # type: ignore[assignment]
    """The replay of `token`, with its trace."""

    def __str__(self) -> str:
        small = f"{self.after}, counted from the default schedule"
        text = f"minimised from {self.before} to {small}"
        if self.before == self.after:
            text = f"as it was found: {small}"
        text += f"; {_count(self.replays, 'replay')}, {self.seconds:.2f} s"
        if self.minimal:
            text += "; no smaller number of departures fails like this"
        elif self.cut:
            text += f"; a smaller one may exist: {self.cut}"
        return text


def minimise(
    program: Program,
    token: str,
    *,
    scope: Iterable[str] = (),
    replays: int = 2_000,
    seconds: float = 10.0,
    stall: float = 5.0,
) -> Minimised:
    """The smallest schedule found on which `program` fails as it does on that of `token`.

    Args:
        replays: at most so many executions.
        seconds: at most so long.
        scope, stall: as for `explore`.

    Raises `BadToken`, and ValueError if the schedule of the token does not fail.
    """
    scope = tuple(scope)
    schedule = decode(token)
    search = _Minimiser(schedule.choices)
    searched = explore(
        program,
        strategy=search,
        executions=replays,
        seconds=seconds,
        bounds=schedule.bounds,
        scope=scope,
        rewrite=schedule.rewrite,
        keep_going=True,
        stall=stall,
        repeats=0,
    )
    best, before = search.best, search.before
    if best is None or before is None:
        raise ValueError(
            f"the schedule of the token does not fail here (it ends as {searched.verdict}): there "
            "is nothing to minimise"
        )
    small = replace(schedule, choices=tuple(best.choices)).token()
    return Minimised(
        small,
        before,
        best.size,
        best.made,
        searched.executions,
        searched.seconds,
        search.minimal,
        search.gave_up if search.finished else searched.cut,
        replay(program, small, scope=scope, stall=stall),
    )


def failure_kind(outcome: Outcome) -> Any:
    """What two executions must have in common to count as the same failure."""
    if outcome.kind is not None:
        return "failed", outcome.kind
    if outcome.verdict == "failed" and outcome.exception is not None:
        return outcome.verdict, type(outcome.exception).__qualname__, _raised_at(outcome.exception)
    if outcome.verdict == "deadlock":
        # Who waits for the end of those who wait varies, and does not matter.
        places = [
            (one.operation, one.frames[0][:2] if one.frames else None)
            for one in outcome.blocked
            if one.operation not in ("join", "wait for non-daemon threads")
        ]
        return outcome.verdict, frozenset(places)
    return outcome.verdict, None, None


def _raised_at(error: BaseException) -> tuple[str, int] | None:
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if not file.startswith(OWN_FILES):
            found = (os.path.basename(file), line)
    return found


@dataclass
class _Run:
    """What came of one execution."""

    kind: Any
    made: _Plan
    size: Size
    choices: list[int]
    points: list[tuple[Point, list[Any]]]


class _Minimiser(Follow):
    """The search, as a strategy: a generator asks for executions and is told how they ended."""

    name = "minimiser"

    def __init__(self, choices: tuple[int, ...]) -> None:
        super().__init__()
        self.watches = True
        self.best: _Run | None = None
        self.before: Size | None = None
        self.minimal = False
        self.finished = False
        self.gave_up = ""
        self._known: dict[frozenset[Departure], bool] = {}
        self._original = choices
        self._search = self._minimise()
        self._answer: _Run | None = None
        self._thread: Any = None

    # -- the strategy

    def begin(self, kernel: Kernel) -> bool:
        try:
            self.plan(self._search.send(self._answer))  # type: ignore[arg-type]
        except StopIteration:
            self.finished = True
            return False
        self._thread = None
        return super().begin(kernel)

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        # Who watches is asked even where there is no choice; a schedule has no entry for that.
        return super().choose(alternatives, running) if len(alternatives) > 1 else 0

    def watch(self, alternative: Any) -> None:
        tid = getattr(alternative, "tid", None)
        if tid is not None and tid != self._thread:
            self._thread = tid
            self.switches += 1

    def end(self, outcome: Outcome) -> None:
        size = Size(len(self.made), self.preemptions, self.switches, outcome.steps)
        self._answer = _Run(
            failure_kind(outcome), tuple(self.made), size, list(outcome.choices), self.points
        )

    # -- the search

    def _minimise(self) -> Generator[Any, _Run, None]:
        original = yield self._original
        if original.kind[0] not in MINIMISABLE:
            return
        self.kind = original.kind
        self.before = original.size
        self.best = original
        # The same departures by name: from here on, what was not one cannot matter.
        yield from self._fails(original.made)
        while True:
            yield from self._leave_out()
            if not (yield from self._move()):
                break
        yield from self._from_below()

    def _fails(self, plan: Iterable[Departure]) -> Generator[Any, _Run, bool]:
        """Whether the plan fails the same way; if so and it is smaller, it is the best by now."""
        wanted = tuple(plan)
        key = frozenset(wanted)
        if key in self._known:
            return self._known[key]
        run = yield wanted
        same = bool(run.kind == self.kind)
        self._known[key] = self._known[frozenset(run.made)] = same
        assert self.best is not None
        if same and run.size.order() < self.best.size.order():
            self.best = run
        return same

    def _leave_out(self) -> Generator[Any, _Run, None]:
        """Delta debugging, begun again from the shorter execution whenever one is found."""
        assert self.best is not None
        parts = 2
        while self.best.made:
            plan = self.best.made
            parts = min(parts, len(plan))
            for number in range(parts):
                low, high = (len(plan) * at // parts for at in (number, number + 1))
                rest = plan[:low] + plan[high:]
                if (yield from self._fails(rest)) and len(self.best.made) < len(plan):
                    parts = max(parts - 1, 2)
                    break
            else:
                if parts == len(plan):
                    return
                parts *= 2

    def _move(self) -> Generator[Any, _Run, bool]:
        """Move single departures by a few steps. True if that made the execution smaller."""
        assert self.best is not None
        size = self.best.size
        for index, (point, target) in enumerate(self.best.made):
            if point.again < 0:
                continue
            for offset in (sign * by for by in range(1, _REACH + 1) for sign in (-1, 1)):
                plan = list(self.best.made)
                if index >= len(plan) or plan[index].point != point:
                    break
                plan[index] = Departure(point._replace(step=point.step + offset), target)
                yield from self._fails(plan)
                if len(self.best.made) < size.departures:
                    return True
        return bool(self.best.size.order() < size.order())

    def _from_below(self) -> Generator[Any, _Run, None]:
        """All executions with no departure, with one, with two, until one fails or none is left."""
        assert self.best is not None
        plans: list[_Plan] = [()]
        self.survey = True
        for count in range(self.best.size.departures):
            following: list[_Plan] = []
            last = count + 1 >= self.best.size.departures
            for plan in plans:
                run = yield plan
                if run.kind == self.kind:
                    if run.size.order() < self.best.size.order():
                        self.best = run
                    self.minimal = True
                    return
                if not last:
                    following += _extended(run)
                    if len(following) > _TOO_MANY:
                        self.gave_up = (
                            f"more than {_TOO_MANY} schedules have {count + 1} departures"
                        )
                        return
            plans = following
        self.minimal = True


def _extended(run: _Run) -> list[_Plan]:
    """The plans that follow a run and depart once more, after all of its departures."""
    plans = []
    past = len(run.made)
    made = {departure.point for departure in run.made}
    for point, targets in run.points:
        if point in made:
            past -= 1
        elif not past:
            plans += [(*run.made, Departure(point, target)) for target in targets[1:]]
    return plans


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
