"""A failure made fit to be read: minimised, its races found, drawn, with what replays it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from taskqueue_harness.diagram import WIDTH, draw
from taskqueue_harness.diagram_svg import draw_svg
from taskqueue_harness.explore import explore
from taskqueue_harness.minimise import MINIMISABLE, Minimised, minimise
from taskqueue_harness.outcome import Outcome
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import decode
from taskqueue_harness.strategies import Replay
from taskqueue_harness.world.program import Program


@dataclass
class Finding:
    """A failing execution, as small as it was got."""

    token: str
    """Replays it; that of the original failure if it was not minimised."""
    outcome: Outcome
    minimised: Minimised | None = None
    races: list[Any] = field(default_factory=list)
    """Of `world.races`: what happened in this execution without anything to keep it in order."""

    def text(self, *, width: int = WIDTH, unicode: bool = True) -> str:
        """What went wrong, the lanes, and how small it was made."""
        text = draw(self.outcome, self.races, width=width, unicode=unicode)
        if self.minimised is None:
            return text
        return f"{text}\n{textwrap.fill(str(self.minimised), width, subsequent_indent='   ')}"

    def svg(self) -> str:
        """The same as a picture."""
        return draw_svg(self.outcome, self.races)


def examine(
    program: Program,
    result: Result,
    *,
    scope: Iterable[str] = (),
    replays: int = 2_000,
    seconds: float = 10.0,
    stall: float = 5.0,
) -> Finding | None:
    """What there is to show of a failing result; None if its execution was not recorded.

    Args:
        replays, seconds: what minimisation may take; with 0 replays it is left out.
        scope, stall: as for `explore`.
    """
    scope = tuple(scope)
    if result.outcome is None or not result.token:
        return None
    finding = Finding(result.token, result.outcome)
    if result.verdict in MINIMISABLE and result.same_source:
        if replays:
            small = minimise(
                program, result.token, scope=scope, replays=replays, seconds=seconds, stall=stall
            )
            finding.minimised = small
            if small.result.outcome is not None and small.result.verdict == result.verdict:
                finding.token, finding.outcome = small.token, small.result.outcome
        finding.races = races_of(program, finding.token, scope=scope, stall=stall)
    return finding


def races_of(
    program: Program, token: str, *, scope: Iterable[str] = (), stall: float = 5.0
) -> list[Any]:
    """The data races of the execution that `token` stands for."""
    from taskqueue_harness.world.races import RaceWatch

    schedule = decode(token)
    watch = RaceWatch(Replay(schedule.choices, strict=False))
    explore(
        program,
        strategy=watch,
        executions=1,
        repeats=0,
        bounds=schedule.bounds,
        rewrite=schedule.rewrite,
        scope=scope,
        stall=stall,
    )
    return list(watch.races)
