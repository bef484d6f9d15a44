"""Failing schedules that are kept: replayed before anything else is explored.

A schedule is kept in a small text file in ``.taskqueue-schedules``, next to the program it is of,
to be committed with it:

    program: bank.py:deposits_add_up
    failure: failed: AssertionError: 20 deposited, 10 there
    python: 3.11
    token: aefqab5zpkuz2aidacqjyaihaaaqcaiaahply
    departure: 0, step 2.0: to 1

On the source that it is from, the token replays it exactly. The mending of a bug changes the
source, though, and then a token's choices mean little. So the departures from the default schedule
are kept as well: they say what matters in terms of each thread's own steps, and are followed as far
as they go.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskqueue_harness.departures import Departure, Follow, parse
from taskqueue_harness.explore import explore, replay
from taskqueue_harness.findings import Finding
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import BadToken, decode
from taskqueue_harness.strategies import Replay
from taskqueue_harness.world.program import Program

FOLDER = ".taskqueue-schedules"
SUFFIX = ".token"

_HEAD = """\
# A schedule under which the program below failed. It is replayed first, by pytest and by
# `python -m taskqueue_harness`. Commit it; delete it when it has nothing to say any more.
"""


class BadRegression(ValueError):
    """A file of a kept schedule that cannot be read, and why."""


@dataclass(frozen=True)
class Saved:
    """A kept schedule."""

    path: Path
    program: str
    """File and qualified name, as in ``bank.py:deposits_add_up``."""
    token: str
    departures: tuple[Departure, ...] = ()
    failure: str = ""
    """How it failed when it was kept."""

    @property
    def name(self) -> str:
        return self.path.name[: -len(SUFFIX)]


def program_id(program: Any) -> tuple[Path, str]:
    """The folder of schedules of a program, and what it is called in there. Raises ValueError."""
    function = inspect.unwrap(getattr(program, "func", program))
    try:
        file = inspect.getsourcefile(function)
    except TypeError:
        file = None
    if file is None:
        raise ValueError(f"the source file of {program!r} is not known")
    path = Path(file).resolve()
    return path.parent / FOLDER, f"{path.name}:{function.__qualname__}"


def save(
    program: Program, finding: Finding, name: str, *, folder: str | os.PathLike[str] | None = None
) -> Path:
    """Keep the schedule of a finding under `name`; returns the file.

    Replaces the schedule kept under that name for the same program. Raises ValueError for a name
    that is not made of letters, digits, ``_``, ``-`` and ``.``, or is taken by another program.
    """
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ValueError(f"{name!r} cannot be a file name: use letters, digits, '_', '-' and '.'")
    default, program_name = program_id(program)
    path = Path(folder or default) / (name + SUFFIX)
    if path.exists() and load(path).program != program_name:
        raise ValueError(f"{path} keeps a schedule of {load(path).program}: choose another name")
    outcome = finding.outcome
    lines = [
        f"program: {program_name}",
        f"failure: {' '.join(f'{outcome.verdict}: {outcome.message}'.split())[:300]}",
        f"python: {sys.version_info[0]}.{sys.version_info[1]}",
        f"token: {finding.token}",
        *(f"departure: {one}" for one in _departures(program, finding)),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    os.replace(draft, path)
    return path


def _departures(program: Program, finding: Finding) -> Sequence[Departure]:
    if finding.minimised is not None and finding.token == finding.minimised.token:
        return finding.minimised.departures
    schedule = decode(finding.token)
    follow = Follow(schedule.choices)
    explore(
        program,
        strategy=follow,
        executions=1,
        repeats=0,
        bounds=schedule.bounds,
        rewrite=schedule.rewrite,
    )
    return follow.made


def load(path: str | os.PathLike[str]) -> Saved:
    """The schedule kept in a file. Raises `BadRegression`, OSError."""
    path = Path(path)
    known: dict[str, str] = {}
    departures = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, value = line.partition(": ")
        if not colon:
            raise BadRegression(f"{path}:{number}: expected 'key: value', not {line!r}")
        if key != "departure":
            known[key] = value
            continue
        try:
            departures.append(parse(value))
        except ValueError as error:
            raise BadRegression(f"{path}:{number}: {error}") from error
    for key in ("program", "token"):
        if key not in known:
            raise BadRegression(f"{path}: no line says {key!r}")
    try:
        decode(known["token"])
    except BadToken as error:
        raise BadRegression(f"{path}: {error}") from error
    failure = known.get("failure", "")
    return Saved(path, known["program"], known["token"], tuple(departures), failure)


def saved_for(program: Program, *, folder: str | os.PathLike[str] | None = None) -> list[Saved]:
    """The schedules kept for a program, by name. Raises `BadRegression`."""
    default, name = program_id(program)
    files = sorted(Path(folder or default).glob("*" + SUFFIX))
    return [saved for saved in map(load, files) if saved.program == name]


def recheck(
    program: Program, saved: Saved, *, scope: Iterable[str] = (), stall: float = 5.0
) -> Result:
    """Run the program under a kept schedule, exactly or, if its source has changed, nearly.

    The result is that of the first execution that failed, or else that of the last one.
    """
    scope = tuple(scope)
    result = replay(program, saved.token, scope=scope, stall=stall)
    result.reproduced = not result.ok
    if result.verdict == "uncontrolled" or (result.same_source and result.verdict != "diverged"):
        return result
    schedule = decode(saved.token)
    for strategy in (Follow(saved.departures), Replay(schedule.choices, strict=False)):
        result = explore(
            program,
            strategy=strategy,
            executions=1,
            repeats=0,
            bounds=schedule.bounds,
            rewrite=schedule.rewrite,
            scope=scope,
            stall=stall,
        )
        result.notes.append(
            f"the source has changed since {saved.name} was saved: followed as far as it goes"
        )
        if not result.ok:
            break
    return result
