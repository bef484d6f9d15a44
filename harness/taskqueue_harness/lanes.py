"""A recorded execution made ready to be drawn: one lane for each thread, one row for each event.

What does not help a reader is left out or folded, and the drawing says so:

* reads and writes of variables that no other thread writes or, if it writes them, uses;
* that a thread begins to run;
* frames of the standard library: a step is shown at the line of the program that led to it;
* the middle of long runs of one thread.

Steps of one thread on one line, with no other thread in between, are one row.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from taskqueue_harness.operations import READ
from taskqueue_harness.outcome import Outcome, Step, Tid
from taskqueue_harness.places import Place, own_traceback, place_of
from taskqueue_harness.waits import label, sentences

_RUN = 8
"""Rows of one thread in a row that are shown without folding."""
_ENDS = 2
"""Rows at either end of a folded run that stay."""
_ROWS = 160
"""Rows of a drawing; of a longer one the middle is cut."""

_MEMORY = ("read", "write", "access")
_SILENT = ("begin",)
_END = ("exit", "wait for non-daemon threads")


@dataclass
class Row:
    """What one thread does on one line, at one time."""

    tid: Tid
    number: int
    """The number of the first step, from 1."""
    place: Place | None
    events: list[str] = field(default_factory=list)
    races: list[int] = field(default_factory=list)
    """The numbers of the races that this line is a side of."""
    kind: str = "step"
    """``step``, ``departure`` (early timeout, interrupt), ``failure``, ``wait``, or ``fold``."""

    @property
    def source(self) -> str:
        return self.place.source if self.place is not None else ""


@dataclass
class Lanes:
    """What a drawing shows."""

    heading: list[str]
    """What went wrong: the waits of a deadlock, or the exception and where it came from."""
    threads: list[tuple[Tid, str]]
    """The lanes from left to right, with what stands above them."""
    rows: list[Row]
    notes: list[str]
    """What the marks mean, and what was left out."""


def lanes(outcome: Outcome, races: Iterable[Any] = ()) -> Lanes:
    """Make an execution ready. `races`, of `world.races`, are marked on the lines they are about.

    The execution must have been recorded: that of a failing result is, and that of a replay.
    """
    names = {**outcome.names, **{one.tid: one.name for one in outcome.blocked}}
    marks = _Marks(races)
    shared = _shared(outcome.trace)
    rows: list[Row] = []
    hidden = 0
    failed_before = _failing_step(outcome)
    for number, step in enumerate(outcome.trace, 1):
        if number == failed_before:
            rows.append(_failure(outcome, number))
        silent = step.operation in _SILENT or (
            step.operation == _END[1] and outcome.verdict != "deadlock"
        )
        if not step.deviation and (silent or _private(step, shared)):
            hidden += not silent
            continue
        _add(rows, number, step, marks)
    if outcome.verdict == "failed" and failed_before is None:
        rows.append(_failure(outcome, len(outcome.trace) + 1))
    if outcome.verdict in ("deadlock", "stuck"):
        rows += [
            Row(one.tid, len(outcome.trace) + 1, place_of(one.frames), [_waiting(one)], kind="wait")
            for one in outcome.blocked
        ]
    notes = marks.legend()
    if hidden:
        notes.append(
            f"not shown: {hidden} accesses to variables that no two threads contend for"
            if hidden > 1
            else "not shown: one access to a variable that no two threads contend for"
        )
    rows = _cut(_folded(rows), notes)
    tids = sorted({row.tid for row in rows})
    return Lanes(
        heading(outcome), [(tid, label(tid, names.get(tid, ""))) for tid in tids], rows, notes
    )


def heading(outcome: Outcome) -> list[str]:
    """What went wrong: waits first, then the exception with the program's own frames."""
    told = [f"{outcome.verdict}: {outcome.message}" if outcome.message else str(outcome.verdict)]
    for text, place in sentences(outcome):
        told.append(f"  {text}")
        if place is not None:
            told.append(f"      {place}  {place.source}".rstrip())
    error = outcome.exception
    if error is not None:
        who = label(outcome.failed_tid or (), outcome.names.get(outcome.failed_tid or (), ""))
        told.append(f"  raised in {who}")
        for frame in own_traceback(error):
            at = Place(frame.filename, frame.lineno or 0)
            told.append(f"      {at} in {frame.name}  {at.source}".rstrip())
    return told


# -- which steps, and in what words


def _shared(trace: list[Step]) -> set[int]:
    """The locations that one thread writes and another one uses."""
    users: dict[int, set[Tid]] = {}
    written: set[int] = set()
    for step in trace:
        for key, mode in step.accesses:
            users.setdefault(key, set()).add(step.tid)
            if mode != READ:
                written.add(key)
    return {key for key in written if len(users[key]) > 1}


def _private(step: Step, shared: set[int]) -> bool:
    return step.operation in _MEMORY and not any(key in shared for key, _ in step.accesses)


def _add(rows: list[Row], number: int, step: Step, marks: _Marks) -> None:
    place = place_of(step.frames)
    event = _event(step)
    last = rows[-1] if rows else None
    if (
        step.deviation
        or last is None
        or last.kind != "step"
        or (last.tid, last.place)
        != (
            step.tid,
            place,
        )
    ):
        last = Row(step.tid, number, place, kind="departure" if step.deviation else "step")
        rows.append(last)
    last.events.append(event)
    if place is not None and step.operation in _MEMORY:
        last.races += [one for one in marks.of(step, place) if one not in last.races]


def _event(step: Step) -> str:
    what = _short(step.what)
    if step.deviation == "timeout":
        return f"times out early: {step.operation} {what}"
    if step.deviation == "interrupt":
        return f"KeyboardInterrupt arrives before: {step.operation} {what}"
    if step.deviation == "clock":
        return "the clock moves on"
    if step.operation == "exit":
        return "ends"
    if step.operation in ("start", "join"):
        return f"{step.operation} {what.removeprefix('Thread ')}"
    if step.operation in ("sleep", "yield", _END[1]):
        return step.operation
    if step.operation == "wake":
        return f"wakes up: {what}"
    found = f": {step.found}" if step.found else ""
    return f"{step.operation} {what}{found}"


def _short(what: str) -> str:
    """``attribute 'n' of Counter#1`` as ``Counter#1.n``."""
    what = re.sub(r"attribute '(\w+)' of ([\w.#]+)", r"\2.\1", what)
    return what.replace("the contents of ", "")


def _waiting(one: Any) -> str:
    if one.operation == _END[1]:
        return "waits for the others"
    return f"waits for ever: {one.operation} {_short(one.what).removeprefix('Thread ')}"


def _failing_step(outcome: Outcome) -> int | None:
    """The number of the step before which the failing thread ended, if it came to that."""
    if outcome.failed_tid is None or outcome.exception is None:
        return None
    ends = [
        number
        for number, step in enumerate(outcome.trace, 1)
        if step.tid == outcome.failed_tid and step.operation in _END
    ]
    return ends[0] if ends else None


def _failure(outcome: Outcome, number: int) -> Row:
    frames = own_traceback(outcome.exception) if outcome.exception is not None else []
    place = Place(frames[-1].filename, frames[-1].lineno or 0) if frames else None
    return Row(outcome.failed_tid or (), number, place, [outcome.message], kind="failure")


class _Marks:
    """Numbers races, and knows which line of which thread is a side of one."""

    def __init__(self, races: Iterable[Any]) -> None:
        self.races = list(races)

    def of(self, step: Step, place: Place) -> list[int]:
        modes = (True, False) if step.operation == "access" else (step.operation == "write",)
        return [
            number
            for number, race in enumerate(self.races, 1)
            if any(
                side.thread == step.tid
                and (side.file, side.line) == place
                and side.is_write in modes
                for side in (race.first, race.second)
            )
        ]

    def legend(self) -> list[str]:
        return [
            f"!{number} race on {_short(race.location)}: nothing orders "
            + " and ".join(
                f"{'the write' if side.is_write else 'the read'} "
                + side.at(os.path.basename(side.file))
                for side in (race.first, race.second)
            )
            for number, race in enumerate(self.races, 1)
        ]


# -- folding


def _folded(rows: list[Row]) -> list[Row]:
    found: list[Row] = []
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].tid == rows[start].tid and rows[end].kind != "wait":
            end += 1
        end = max(end, start + 1)
        found += _fold_run(rows[start:end]) if end - start > _RUN else rows[start:end]
        start = end
    return found


def _fold_run(run: list[Row]) -> list[Row]:
    found: list[Row] = []
    middle: list[Row] = []

    def close() -> None:
        if len(middle) > 1:
            places = sorted({row.place for row in middle if row.place is not None})
            span = (
                f"{places[0]} to {places[-1].line}"
                if len(places) > 1
                else str(places[0] if places else "")
            )
            steps = sum(len(row.events) for row in middle)
            found.append(
                Row(run[0].tid, middle[0].number, None, [f"{steps} steps, {span}"], kind="fold")
            )
        else:
            found.extend(middle)
        middle.clear()

    for index, row in enumerate(run):
        if _ENDS <= index < len(run) - _ENDS and row.kind == "step" and not row.races:
            middle.append(row)
        else:
            close()
            found.append(row)
    return found


def _cut(rows: list[Row], notes: list[str]) -> list[Row]:
    if len(rows) <= _ROWS:
        return rows
    head, tail = rows[: _ROWS // 4], rows[-_ROWS * 3 // 4 :]
    missing = len(rows) - len(head) - len(tail)
    gap = Row(head[-1].tid, tail[0].number, None, [f"{missing} rows left out"], kind="fold")
    notes.append(f"not shown: {missing} rows in the middle of the execution")
    return [*head, gap, *tail]
