"""From explorations to a record per clause: what is proved, what was only sampled, what fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from taskqueue_conformance.bench import Bench
from taskqueue_conformance.engine.job import Contradiction, Exploration, Job
from taskqueue_conformance.judgement import MAX_EVIDENCE, contradicted
from taskqueue_conformance.records import Basis, Evidence, Grade, Record, Status
from taskqueue_conformance.workload import Scenario

__all__ = ["Mode", "evidence_of_execution", "judge_execution", "judge_explored", "smallest"]

Mode = str
"""How contradictions count. ``clause``: those of the clause itself. ``special``: all, since the
jobs are made for the clause alone. ``variants``: what ordinary jobs do not show as well."""


def judge_explored(
    clause: str, mode: Mode, bench: Bench, jobs: Sequence[Job], ordinary: Sequence[Scenario]
) -> Record:
    """Judge one clause by what the engine saw.

    Args:
        clause: to judge.
        mode: see `Mode`.
        bench: to explore on.
        jobs: what to explore.
        ordinary: the regular scenarios, to tell which clause a fault contradicts.
    """
    began = time.monotonic()
    record = Record(clause, Status.PASSED, Grade.UNVERIFIED)
    explorations = bench.explore_all(jobs)
    usable = [one for one in explorations if not one.uncontrolled]
    wrong = [
        (exploration, contradiction)
        for exploration in usable
        for contradiction in exploration.contradictions
    ]
    counts = _counting(clause, mode, bench, ordinary)
    against = [(where, one) for where, one in wrong if counts(one)]
    record.scenarios = len(usable)
    record.runs = sum(one.judged for one in usable)
    record.bases = [_basis(one) for one in usable]
    if against:
        record.status = Status.FAILED
        record.grade = Grade.PROVED  # an execution that contradicts the clause is a proof
        record.evidence = _evidence(clause, bench, against)
    else:
        record.grade, record.remark = _grade(explorations)
    if out := sorted({one.uncontrolled for one in explorations if one.uncontrolled}):
        record.remark = f"not under the engine's control: {out[0]}"
    record.seconds = time.monotonic() - began
    return record


def _grade(explorations: Sequence[Exploration]) -> tuple[Grade, str]:
    """What explorations without a contradiction are worth, and what they leave out.

    Scenarios that are only sampled by plan take nothing away from those that are exhausted; one
    that could not be explored at all does.
    """
    meant = [one for one in explorations if one.job.exhaust]
    cut = [one for one in meant if not one.exhausted or one.uncontrolled]
    if all(one.uncontrolled for one in explorations):
        return Grade.UNVERIFIED, ""
    if not meant or cut:
        why = ""
        if cut:
            why = f"{len(cut)} of {len(meant)} scenarios could not be exhausted: {cut[0].cut}"
        return Grade.SAMPLED, why
    unseen = sorted({what for one in explorations for what in one.not_modelled})
    why = f"proved but for what the engine does not model: {', '.join(unseen)}" if unseen else ""
    return Grade.PROVED, why


def judge_execution(bench: Bench, job: Job, schedule: str) -> list[Record]:
    """Judge one execution again: a record for each clause that it contradicts, or for the one that
    it once did.
    """
    shown = bench.show(job, schedule, smaller=False)
    records = [
        Record(
            one.clause,
            Status.FAILED,
            Grade.PROVED,
            scenarios=1,
            runs=1,
            evidence=[evidence_of_execution(shown, one)],
            bases=[_basis(shown)],
        )
        for one in shown.contradictions
    ]
    if records or job.only is None:
        return records
    if shown.uncontrolled:
        reason = f"the execution could not be repeated: {shown.uncontrolled}"
        return [Record(job.only, Status.UNVERIFIED, Grade.UNVERIFIED, reason=reason)]
    return [Record(job.only, Status.PASSED, Grade.SAMPLED, scenarios=1, runs=1)]


def _counting(
    clause: str, mode: Mode, bench: Bench, ordinary: Sequence[Scenario]
) -> Callable[[Contradiction], bool]:
    """Whether a contradiction speaks against the clause."""
    if mode == "special":
        return lambda one: True
    known: list[set[str]] = []

    def certain() -> set[str]:
        if not known:
            known.append(contradicted(bench, ordinary))
        return known[0]

    def counts(one: Contradiction) -> bool:
        if mode == "clause" and one.clause != clause:
            return False
        if one.others and not certain().isdisjoint(one.others):
            return False
        return one.clause == clause or one.clause not in certain()

    return counts


def _basis(exploration: Exploration) -> Basis:
    runs = exploration.judged
    if exploration.exhausted:
        return Basis(Grade.PROVED, 1, runs, exploration.bounds)
    job = exploration.job
    how = f"portfolio, seed {job.seed}, {exploration.bounds}"
    return Basis(Grade.SAMPLED, 1, runs, how)


def _evidence(
    clause: str, bench: Bench, against: Sequence[tuple[Exploration, Contradiction]]
) -> list[Evidence]:
    """The first contradiction is minimised and drawn; the others are told of."""
    found: list[Evidence] = []
    names: set[str] = set()
    for exploration, contradiction in against:
        if exploration.job.name in names or len(found) == MAX_EVIDENCE:
            continue
        names.add(exploration.job.name)
        if not found:
            contradiction = smallest(bench, exploration, contradiction)
        found.append(evidence_of_execution(exploration, contradiction))
    return found


def smallest(bench: Bench, exploration: Exploration, contradiction: Contradiction) -> Contradiction:
    """The contradiction, minimised and drawn."""
    job = replace(exploration.job, only=contradiction.clause)
    shown = bench.show(job, contradiction.schedule, smaller=True)
    return shown.contradictions[0] if shown.contradictions else contradiction


def evidence_of_execution(exploration: Exploration, contradiction: Contradiction) -> Evidence:
    """What a reader needs of one execution under the engine."""
    job = exploration.job
    return Evidence(
        scenario=job.name,
        description=job.describe(),
        seen=contradiction.seen,
        times=exploration.counts.get(contradiction.clause, 1),
        of=exploration.executions,
        story=list(contradiction.history.lines()),
        lanes=contradiction.lanes,
        smaller=contradiction.smaller,
        data={
            "job": replace(job, only=contradiction.clause).to_json(),
            "schedule": contradiction.schedule,
        },
    )
