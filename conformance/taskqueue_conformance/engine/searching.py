"""What the supervised child does with a job: explore it, or show one of its executions."""

from __future__ import annotations

import time
from collections.abc import Iterable

from taskqueue_conformance.engine.drive import Drive
from taskqueue_conformance.engine.job import SLOWNESS, Contradiction, Exploration, Job
from taskqueue_harness import Bounds, Driver, Outcome, Result, Unloadable, explore, replay
from taskqueue_harness.diagram import draw
from taskqueue_harness.findings import races_of
from taskqueue_harness.minimise import minimise

__all__ = ["search", "show"]

Place = tuple[str, str]
"""Where the implementation is: its module, and the path within it."""

KEPT = 2
"""Contradictions kept of each clause."""

WRONG = 60
"""After so many executions that contradict anything a search ends: it is known by then."""

WRONG_SECONDS = 1.0
"""And so long after the first of them."""

SHORT = 1_000
"""An exhaustive search of at most so many executions goes first: most of them are over sooner than
samples would tell anything, and what is exhausted need not be sampled."""


class _Search:
    """One job, in the process that is for nothing else."""

    def __init__(self, job: Job, place: Place, scope: Iterable[str], stall: float) -> None:
        self.job = job
        self.scope = tuple(scope)
        self.stall = stall
        self.drive = Drive(job, place)
        self.exploration = Exploration(job, bounds=str(bounds_of(job)))
        self.choices: list[tuple[Contradiction, list[int]]] = []
        self.wrong = 0
        self.since: float | None = None
        self.until = time.process_time() + job.seconds
        self.late = False

    @property
    def over(self) -> bool:
        """Whether nothing is left to look for, or no time to do so."""
        found = self.exploration
        return self.enough or self.late or found.exhausted or bool(found.uncontrolled)

    @property
    def enough(self) -> bool:
        if not self.wrong or self.since is None:
            return False
        late = time.monotonic() - self.since > WRONG_SECONDS
        return self.job.first or self.wrong >= WRONG or late

    def run(self) -> Exploration:
        """See everything if that is soon done; else sample first, which finds what is common."""
        job, exploration = self.job, self.exploration
        short = 0 < job.exhaust <= SHORT
        try:
            if short:
                self._explore("dpor", job.exhaust)
            if job.samples and not self.over:
                cut = exploration.cut
                self._explore("portfolio", job.samples)
                exploration.cut = cut or exploration.cut
            if job.exhaust and not (short or self.over):
                self._explore("dpor", job.exhaust)
        except Unloadable as error:
            exploration.uncontrolled = str(error)
        return exploration

    def _explore(self, strategy: str, executions: int) -> None:
        result = explore(
            program_of(self.drive, self.job),
            strategy=strategy,
            executions=executions,
            seconds=SLOWNESS * self.job.seconds,
            seed=self.job.seed,
            bounds=bounds_of(self.job),
            scope=self.scope,
            stall=self.stall,
            # That it repeats itself under one schedule is seen once.
            repeats=0 if self.exploration.executions else 1,
            keep_going=True,
            on_execution=self._look,
        )
        self._take(result)

    def _look(self, outcome: Outcome) -> bool:
        """Keep what the execution contradicts. True: there is no need to go on."""
        if time.process_time() > self.until:
            self.late = True
            return True
        if self.drive.trouble:
            self.exploration.uncontrolled = self.drive.trouble
            return True
        if not outcome.says_something or not self.drive.found:
            return False
        self.wrong += 1
        exploration = self.exploration
        for finding, history in self.drive.found:
            count = exploration.counts.get(finding.clause, 0)
            exploration.counts[finding.clause] = count + 1
            if count < KEPT:
                contradiction = Contradiction(
                    finding.clause,
                    str(finding.seen),
                    history,
                    getattr(finding.seen, "others", ()),
                    number=self.wrong,
                )
                exploration.contradictions.append(contradiction)
                self.choices.append((contradiction, list(outcome.choices)))
        self.since = self.since or time.monotonic()
        return self.enough

    def _take(self, result: Result) -> None:
        """Add what an exploration says to what is known of the job."""
        exploration = self.exploration
        exploration.executions += result.executions
        exploration.redundant += result.redundant
        exploration.unfinished += result.unfinished
        exploration.steps += result.steps
        exploration.seconds += result.seconds
        exploration.exhausted = result.exhausted
        exploration.cut = result.cut
        if self.late:
            exploration.cut = f"limit of {self.job.seconds:g} s of processor time"
        exploration.threads = max(exploration.threads, result.threads)
        exploration.not_modelled = sorted({*exploration.not_modelled, *result.not_modelled})
        if result.verdict in ("uncontrolled", "diverged"):
            assert result.outcome is not None
            exploration.uncontrolled = f"{result.verdict}: {result.outcome.message}"
        for contradiction, choices in self.choices:
            assert result.schedule is not None
            contradiction.schedule = result.schedule(choices).token()
        self.choices.clear()


def bounds_of(job: Job) -> Bounds:
    """What limits an execution of this job."""
    return Bounds(
        early_timeouts=job.early_timeouts,
        faults=job.faults,
        failed_starts=job.failed_starts,
        interrupts=job.interrupts,
        steps=job.steps,
    )


def program_of(drive: Drive, job: Job) -> Driver:
    """The program that explores this job."""
    return Driver(drive, drive.judge, ordered=True, name=job.name)


def search(
    job: Job,
    place: Place,
    scope: Iterable[str],
    *,
    stall: float = 5.0,
) -> Exploration:
    """Explore a job.

    Args:
        job: what to look at.
        place: where the implementation is.
        scope: the modules to control.
        stall: seconds without an operation after which it counts as out of control.
    """
    began = time.process_time()
    exploration = _Search(job, place, scope, stall).run()
    exploration.used = time.process_time() - began
    return exploration


def show(
    job: Job,
    schedule: str,
    place: Place,
    scope: Iterable[str],
    *,
    smaller: bool,
    stall: float = 5.0,
) -> Exploration:
    """One execution of a job again, drawn: an exploration of one execution.

    Args:
        job: the job; with `only`, what contradicts that clause is looked for.
        schedule: the token of the execution.
        smaller: whether to minimise it first, which takes a second or two.
        place, scope, stall: as for `search`.

    Raises `BadToken`.
    """
    scope = tuple(scope)
    drive = Drive(job, place)
    program = program_of(drive, job)
    words = ""
    if smaller:
        try:
            small = minimise(program, schedule, scope=scope, replays=400, seconds=1.5, stall=stall)
        except ValueError as error:
            words = str(error)
        else:
            schedule, words = small.token, str(small)
    result = replay(program, schedule, scope=scope, stall=stall)
    exploration = Exploration(job, result.executions, bounds=str(result.bounds))
    exploration.steps, exploration.threads = result.steps, result.threads
    exploration.cut = "a single execution was asked for"
    outcome = result.outcome
    assert outcome is not None
    if result.verdict in ("uncontrolled", "diverged"):
        exploration.uncontrolled = f"{result.verdict}: {outcome.message}"
        return exploration
    exploration.uncontrolled = drive.trouble
    found = list(drive.found)
    lanes: list[str] = []
    if found:
        lanes = draw(outcome, races_of(program, schedule, scope=scope, stall=stall)).splitlines()
    for finding, history in found:
        others = getattr(finding.seen, "others", ())
        exploration.contradictions.append(
            Contradiction(
                finding.clause, str(finding.seen), history, others, schedule, 1, lanes, words
            )
        )
        exploration.counts[finding.clause] = 1
    return exploration
