"""What an exploration found, and how sure that makes you."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from taskqueue_harness.outcome import Bounds, Outcome, Verdict, name_of
from taskqueue_harness.schedule import Schedule


class ExplorationFailed(AssertionError):
    """Raised by `Result.check`: the program failed under some schedule, and this is the report."""


@dataclass
class Result:
    """The verdict of an exploration and its evidence."""

    program: str
    strategy: str
    seed: int
    bounds: Bounds
    verdict: Verdict = "done"
    """``done`` if every execution was; otherwise that of the first execution that was not.

    Executions that were given up say nothing: ``unfinished`` if there are no others."""
    executions: int = 0
    """How many ran, the redundant ones included."""
    redundant: int = 0
    """How many repeated what was known: given up on by a sleep set, or a plan that did not come."""
    unfinished: int = 0
    """How many were given up at the limit of operations, though nothing was wrong so far."""
    steps: int = 0
    seconds: float = 0.0
    exhausted: bool = False
    """Every behaviour within the bounds was seen."""
    cut: str = ""
    """The limit that ended the search, if one did."""
    remaining: float | None = None
    """An estimate of how many executions were left when the search was cut."""
    threads: int = 1
    """The most threads that any execution had."""
    choices: int = 0
    """The most choices that any execution had."""
    outcome: Outcome | None = None
    """The execution that decided the verdict, with its trace."""
    number: int = 0
    """Which execution that was."""
    token: str = ""
    """Replays that execution: pass it to `replay`."""
    reproduced: bool = False
    """The failing execution was replayed, to the same end."""
    schedule: Callable[[Iterable[int]], Schedule] | None = field(default=None, repr=False)
    """From the choices of any execution of this search to a schedule, to make a token of."""
    same_source: bool = True
    """For a replay: the source in scope is that which the token is from."""
    output: str = ""
    """What it printed and logged."""
    notes: list[str] = field(default_factory=list)
    """What limits the conclusion: what is not modelled, threads that are not there."""
    not_modelled: list[str] = field(default_factory=list)
    """What ran that is not modelled. It is among the notes."""

    @property
    def ok(self) -> bool:
        """No execution failed, and at least one was judged. See `grade` for what that is worth."""
        return self.verdict == "done"

    @property
    def judged(self) -> int:
        """How many executions came to an end of their own, not known before."""
        return self.executions - self.redundant - self.unfinished

    @property
    def grade(self) -> str:
        """``proved``, ``sampled``, or ``unverified`` if nothing can be concluded."""
        if not self.judged or (self.ok and self.threads < 2):
            return "unverified"
        return "proved" if self.exhausted else "sampled"

    @property
    def rate(self) -> float:
        """Executions per second."""
        return self.executions / self.seconds if self.seconds else 0.0

    def check(self) -> Result:
        """Raise `ExplorationFailed`, with the report, unless every execution was done."""
        if not self.ok:
            raise ExplorationFailed(str(self))
        return self

    def summary(self) -> str:
        """One line: what was seen, of how much, within which bounds."""
        text = f"{self.program}: {self.verdict}"
        if not self.ok:
            text += f" in execution {self.number}"
        text += f"; {self.executions} executions"
        if self.redundant:
            text += f" ({self.redundant} redundant)"
        if self.unfinished:
            text += f" ({self.unfinished} unfinished)"
        text += f", {self.steps} steps, {self.seconds:.2f} s ({self.rate:.0f}/s), {self.strategy}"
        if self.strategy not in ("dpor", "dfs", "preemptions"):
            text += f" with seed {self.seed}"
        if self.exhausted:
            text += f"; every behaviour seen within {self.bounds}"
        elif self.cut:
            text += f"; not exhausted: {self.cut}"
            if self.remaining:
                text += f", about {self.remaining:.0f} executions left"
        return text

    def __str__(self) -> str:
        lines = [self.summary()]
        outcome = self.outcome
        if outcome is not None and not self.ok:
            lines.append(outcome.message)
            for one in outcome.blocked:
                held = f", held by {name_of(one.held_by)}" if one.held_by is not None else ""
                where = f" at {one.frames[0][0]}:{one.frames[0][1]}" if one.frames else ""
                lines.append(
                    f"  {name_of(one.tid)} ({one.name}) waits: {one.operation} of {one.what}{held}"
                    f"{where}"
                )
            if outcome.traceback:
                lines.append(outcome.traceback.rstrip())
            if self.token:
                lines.append(f"replay with token {self.token}")
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)
