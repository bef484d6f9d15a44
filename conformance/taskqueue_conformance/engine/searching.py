"""What the supervised child does with a job: explore, minimise what was found, draw it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from taskqueue_conformance.engine.drive import Drive
from taskqueue_conformance.engine.job import Contradiction, Exploration, Job
from taskqueue_harness import Bounds, Driver, Outcome, Result, Unloadable, decode, explore, replay
from taskqueue_harness.diagram import draw
from taskqueue_harness.findings import races_of
from taskqueue_harness.minimise import minimise

__all__ = ["replay_job", "search"]

KEPT = 2
"""Contradictions kept of each clause."""

WRONG = 400
"""After so many executions that contradict anything a search ends: it is known by then."""

WRONG_SECONDS = 4.0
"""And so long after the first of them."""

MINIMISED = 3
"""Clauses whose first contradiction is minimised, which takes a second or two each."""


class _Search:
    """One job, in the process that is for nothing else."""

    def __init__(self, job: Job, subject: tuple[str, str], scope: Iterable[str]) -> None:
        self.job = job
        self.subject = subject
        self.scope = tuple(scope)
        self.drive = Drive(job, subject)
        self.exploration = Exploration(job)
        self.choices: list[tuple[Contradiction, list[int]]] = []
        self.wrong = 0
        self.since: float | None = None

    def run(self, progress: Callable[[], None]) -> Exploration:
        job, exploration = self.job, self.exploration
        try:
            result = explore(
                driver(self.drive, job),
                strategy=job.strategy,
                executions=job.schedules,
                seconds=job.seconds,
                seed=job.seed,
                bounds=bounds_of(job),
                scope=self.scope,
                keep_going=True,
                progress=lambda _: progress(),
                on_execution=self._look,
            )
        except Unloadable as error:
            exploration.uncontrolled = str(error)
            return exploration
        self._conclude(result)
        for contradiction, choices in self.choices:
            assert result.schedule is not None
            contradiction.schedule = result.schedule(choices).token()
        return exploration

    def _look(self, outcome: Outcome) -> bool:
        """Keep what the execution contradicts. True: there is no need to go on."""
        if outcome.verdict == "redundant" or not self.drive.found:
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
        now = time.monotonic()
        self.since = self.since or now
        return self.job.first or self.wrong >= WRONG or now - self.since > WRONG_SECONDS

    def _conclude(self, result: Result) -> None:
        exploration = self.exploration
        exploration.executions = result.executions
        exploration.redundant = result.redundant
        exploration.steps = result.steps
        exploration.seconds = result.seconds
        exploration.exhausted = result.exhausted
        exploration.cut = result.cut
        exploration.threads = result.threads
        exploration.bounds = str(result.bounds)
        exploration.not_modelled = list(result.notes)
        if result.verdict in ("uncontrolled", "diverged"):
            assert result.outcome is not None
            exploration.uncontrolled = f"{result.verdict}: {result.outcome.message}"

    def minimise(self, progress: Callable[[], None]) -> None:
        """Make the first contradictions as small as can be had quickly, and draw them."""
        done: set[str] = set()
        for contradiction in self.exploration.contradictions:
            if contradiction.clause in done or len(done) == MINIMISED:
                continue
            done.add(contradiction.clause)
            progress()
            job = replace(self.job, only=contradiction.clause)
            drive = Drive(job, self.subject)
            program = driver(drive, job)
            try:
                small = minimise(
                    program, contradiction.schedule, scope=self.scope, replays=400, seconds=1.5
                )
            except ValueError as error:
                contradiction.smaller = str(error)
                continue
            contradiction.smaller = str(small)
            contradiction.schedule = small.token
            for finding, history in drive.found:
                contradiction.seen, contradiction.history = str(finding.seen), history
            if small.result.outcome is not None:
                races = races_of(program, small.token, scope=self.scope)
                contradiction.lanes = draw(small.result.outcome, races).splitlines()


def bounds_of(job: Job) -> Bounds:
    """What limits an execution of this job."""
    return Bounds(
        early_timeouts=job.early_timeouts,
        faults=job.faults,
        failed_starts=job.failed_starts,
        interrupts=job.interrupts,
    )


def driver(drive: Drive, job: Job) -> Driver:
    """The program that explores this job."""
    return Driver(drive, drive.judge, ordered=True, name=job.name)


def search(
    job: Job,
    subject: tuple[str, str],
    scope: Iterable[str],
    progress: Callable[[], None] = lambda: None,
) -> Exploration:
    """Explore a job; what it finds is minimised.

    Args:
        subject: where the implementation is: module, and path within it.
        scope: the modules to control.
        progress: called about once a second.
    """
    one = _Search(job, subject, scope)
    exploration = one.run(progress)
    if not exploration.uncontrolled:
        one.minimise(progress)
    return exploration


def replay_job(
    job: Job, schedule: str, subject: tuple[str, str], scope: Iterable[str]
) -> Exploration:
    """One execution again, by its token: an exploration of one execution, drawn.

    Raises `BadToken`.
    """
    decode(schedule)
    drive = Drive(job, subject)
    program = driver(drive, job)
    result = replay(program, schedule, scope=scope)
    exploration = Exploration(job, executions=1, steps=result.steps, threads=result.threads)
    exploration.cut = "a single execution was asked for"
    exploration.bounds = str(result.bounds)
    if result.verdict in ("uncontrolled", "diverged"):
        assert result.outcome is not None
        exploration.uncontrolled = f"{result.verdict}: {result.outcome.message}"
        return exploration
    assert result.outcome is not None
    races = races_of(program, schedule, scope=scope) if drive.found else []
    lanes = draw(result.outcome, races).splitlines()
    for finding, history in drive.found:
        exploration.contradictions.append(
            Contradiction(
                finding.clause,
                str(finding.seen),
                history,
                getattr(finding.seen, "others", ()),
                schedule,
                1,
                lanes,
            )
        )
        exploration.counts[finding.clause] = 1
    return exploration
