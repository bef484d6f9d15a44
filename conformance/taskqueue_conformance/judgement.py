"""From observations to a record per clause: what failed, what is blocked, what passed, and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from taskqueue_conformance.bench import Bench
from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles import UNIVERSAL, Finding, Oracle
from taskqueue_conformance.oracles.findings import findings
from taskqueue_conformance.oracles.sentences import Either, Late
from taskqueue_conformance.oracles.special import SpecialOracle, start_failed
from taskqueue_conformance.records import Evidence, Grade, Record, Status
from taskqueue_conformance.scenarios import Pair
from taskqueue_conformance.workload import Scenario

__all__ = ["findings", "judge", "judge_all", "judge_special", "judge_variants"]

REPEATS = 3
"""How often a contradiction is looked for again, the first time included."""

MAX_EVIDENCE = 6
"""Pieces of evidence kept per clause; more say nothing new."""

CHEAP = 1.0
"""Seconds up to which a scenario is repeated for the mere number of times that it goes wrong."""

MAX_TIMED = 1
"""Pieces of evidence about time that are kept: each must be seen again first, which takes long."""


def judge(clause: str, oracle: Oracle, bench: Bench, scenarios: Sequence[Scenario]) -> Record:
    """Judge one clause by ordinary scenarios."""

    def all_against(seen: Observation) -> Iterator[str]:
        if clause == "TQ-2.1":
            yield from (found.seen for found in findings(seen) if found.clause == clause)
        else:
            for history in seen.histories:
                yield from oracle(history)

    def against(seen: Observation) -> Iterator[str]:
        for sentence in all_against(seen):
            if not explained(sentence, bench, scenarios):
                yield sentence

    return _judge(clause, against, bench, scenarios, _others_of(clause))


def judge_special(
    clause: str, oracle: SpecialOracle, bench: Bench, scenarios: Sequence[Scenario]
) -> Record:
    """Judge a clause by scenarios that are made for it alone."""

    def against(seen: Observation) -> Iterator[str]:
        if seen.died is not None:
            yield seen.died
        elif seen.histories:
            yield from oracle(seen)

    record = _judge(clause, against, bench, scenarios, lambda seen: [])
    if clause == "TQ-2.14" and record.status is Status.PASSED:
        seen = [one for one in bench.observe_all(scenarios) if one.histories]
        if not any(start_failed(one.history) for one in seen):
            record.status, record.grade = Status.UNVERIFIED, Grade.UNVERIFIED
            record.reason = "no start of a thread could be made to fail"
    return record


def judge_variants(
    clause: str,
    bench: Bench,
    pairs: Sequence[Pair],
    ordinary: Sequence[Scenario],
    oracle: SpecialOracle | None = None,
) -> Record:
    """Judge a clause by what goes wrong in a variant and nowhere else.

    Args:
        clause: to judge.
        bench: to perform on.
        pairs: variants and their twins.
        ordinary: the regular scenarios. What goes wrong in one of them, too, is not the variant's
            fault, though its own twin may have been lucky.
        oracle: what else the variants must not show, whatever their twins do.
    """
    began = time.monotonic()
    bench.prefetch(variant for variant, _ in pairs)
    record = Record(clause, Status.PASSED, scenarios=len(pairs))
    blocked: set[str] = set()
    cut = 0
    for variant, twin in pairs:
        record.runs += 1
        seen = bench.observe(variant)
        direct = list(oracle(seen)) if oracle is not None and seen.histories else []
        wrong = list(_variant_findings(seen))
        usual: set[str] = set()
        if wrong and not direct:
            bench.prefetch(twin for _, twin in pairs)  # more of them will be wanted
            usual = {found.clause for found in findings(bench.observe(twin))}
            usual |= contradicted(bench, ordinary)

        def against(one: Observation, usual: set[str] = usual) -> Iterator[str]:
            if oracle is not None and one.histories:
                yield from oracle(one)
            for found in _variant_findings(one):
                if explained(found.seen, bench, ordinary):
                    continue
                if found.clause == clause or found.clause not in usual:
                    yield found.seen

        if sentences := [*direct, *(against(seen) if not direct else ())]:
            _add_evidence(record, bench, seen, sentences, against)
        elif wrong and (seen.hung or seen.died is not None):
            # Where it ran to its end and only shows what shows everywhere, it makes no difference.
            cut += 1
            blocked |= {found.clause for found in wrong}
        elif seen.slow:
            cut += 1
            record.reason = f"{variant.name}: {seen.slow}"
    _conclude(record, blocked, cut)
    record.seconds = time.monotonic() - began
    return record


def explained(sentence: str, bench: Bench, ordinary: Sequence[Scenario]) -> bool:
    """Whether another clause, contradicted for certain, is the likelier one for this sentence."""
    if not isinstance(sentence, Either) or not sentence.others:
        return False
    return not contradicted(bench, ordinary).isdisjoint(sentence.others)


def contradicted(bench: Bench, ordinary: Sequence[Scenario]) -> set[str]:
    """The clauses that any of the regular scenarios contradicts for certain, or any usual job."""
    found = {
        (one.clause, getattr(one.seen, "others", ()))
        for seen in bench.observe_all(ordinary)
        for one in findings(seen)
    }
    for exploration in bench.explore_all(bench.usual):
        found |= {(one.clause, one.others) for one in exploration.contradictions}
    certain = {clause for clause, others in found if not others}
    if "TQ-1.1" not in certain:
        # Nothing is lost when all goes well, so what is lost otherwise is for that reason.
        certain |= {clause for clause, others in found if others == ("TQ-1.1",)}
    return certain


def _variant_findings(seen: Observation) -> Iterator[Finding]:
    yield from findings(seen)
    for history in seen.histories:
        if history.construction_error is not None and not history.scenario.consumers:
            yield Finding("TQ-2.1", f"the constructor raised {history.construction_error}")


def judge_all(
    seen: Observation,
    bench: Bench,
    ordinary: Sequence[Scenario],
    test: str,
) -> list[Record]:
    """Judge every universal clause by one observation: for stress, and for replay.

    Args:
        seen: the observation.
        bench: that made it.
        ordinary: the regular scenarios, to tell which clause a fault contradicts.
        test: name of the test, for the records.
    """
    by_clause: dict[str, list[str]] = {}
    for found in findings(seen):
        if explained(found.seen, bench, ordinary):
            continue
        by_clause.setdefault(found.clause, []).append(found.seen)
    if seen.slow:
        return [
            Record(clause, Status.UNVERIFIED, Grade.UNVERIFIED, reason=seen.slow, test=test)
            for clause in UNIVERSAL
        ]
    records = []
    for clause in UNIVERSAL:
        if clause in bench.not_applicable:
            continue
        record = Record(clause, Status.PASSED, scenarios=1, runs=1, test=test)
        sentences = by_clause.get(clause, [])
        if sentences and all(isinstance(sentence, Late) for sentence in sentences):
            again = [
                found for found in findings(bench.again(seen.scenario)) if found.clause == clause
            ]
            sentences = sentences if again else []
        if sentences:
            record.status = Status.FAILED
            record.evidence = [evidence_of(seen, sentence, 1, 1) for sentence in sentences[:2]]
        elif by_clause and (seen.hung or seen.died):
            record.status, record.grade = Status.BLOCKED, Grade.UNVERIFIED
            record.blocked_by = sorted(by_clause)
        records.append(record)
    return records


def _others_of(clause: str) -> Callable[[Observation], list[str]]:
    def others(seen: Observation) -> list[str]:
        return sorted({found.clause for found in findings(seen)} - {clause})

    return others


def _judge(
    clause: str,
    against: Callable[[Observation], Iterable[str]],
    bench: Bench,
    scenarios: Sequence[Scenario],
    others: Callable[[Observation], list[str]],
) -> Record:
    began = time.monotonic()
    record = Record(clause, Status.PASSED, scenarios=len(scenarios))
    blocked: set[str] = set()
    cut = 0
    for seen in bench.observe_all(scenarios):
        record.runs += 1
        sentences = list(against(seen))
        if sentences:
            _add_evidence(record, bench, seen, sentences, against)
        elif seen.hung or seen.died is not None:
            cut += 1
            blocked.update(others(seen))
        elif seen.slow is not None:
            cut += 1
            record.reason = f"{seen.scenario.name}: {seen.slow}"
    _conclude(record, blocked, cut)
    record.seconds = time.monotonic() - began
    return record


def _conclude(record: Record, blocked: set[str], cut: int) -> None:
    """Set the status; what was cut short for the most part is not green."""
    if record.evidence:
        record.status = Status.FAILED
        return
    record.blocked_by = sorted(blocked - {record.clause})
    if cut * 2 <= record.scenarios and cut < record.scenarios:
        if cut and record.blocked_by:
            names = ", ".join(record.blocked_by)
            record.reason = f"{cut} of {record.scenarios} scenarios cut short by {names}"
        elif cut:
            record.status, record.grade = Status.UNVERIFIED, Grade.UNVERIFIED
        return
    record.grade = Grade.UNVERIFIED
    record.status = Status.BLOCKED if record.blocked_by else Status.UNVERIFIED
    record.reason = record.reason or (
        f"{cut} of {record.scenarios} scenarios could not be judged to their end"
    )


def _add_evidence(
    record: Record,
    bench: Bench,
    seen: Observation,
    sentences: Sequence[str],
    against: Callable[[Observation], Iterable[str]],
) -> None:
    """Look again, and keep what was seen; a sentence about time must come back every time."""
    times = of = 1
    timed = all(isinstance(sentence, Late) for sentence in sentences)
    if timed and len(record.evidence) >= MAX_TIMED:
        return
    # Not where scenarios take as long as they may: what hung once may be such a one the next time.
    tally = bench.tally
    few = tally.hangs <= bench.settings.hangs_repeated and not tally.slow and not tally.starved
    cheap = seen.seconds < CHEAP or (seen.hung and few)
    if timed or (cheap and not record.evidence):
        for again in bench.repeat(seen.scenario, REPEATS - 1):
            of += 1
            times += bool(list(against(again)))
        record.runs += of - 1
    if timed and times < of:
        return
    if len(record.evidence) < MAX_EVIDENCE:
        record.evidence.append(evidence_of(seen, sentences[0], times, of))


def evidence_of(seen: Observation, sentence: str, times: int, of: int) -> Evidence:
    history = seen.histories[-1] if seen.histories else None
    return Evidence(
        scenario=seen.scenario.name,
        description=seen.scenario.describe(),
        seen=str(sentence),
        times=times,
        of=of,
        story=list(history.lines()) if history is not None else [],
        stacks=seen.notes.get("stacks", []),
        output=seen.output[-2000:],
        data=seen.scenario.to_json(),
    )
