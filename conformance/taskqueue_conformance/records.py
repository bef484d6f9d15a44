"""What the suite found, as data: the one form in which tests, reports and the gate exchange it.

A test leaves a list of `Record` with its result; they travel as JSON (between the workers of
pytest-xdist, too) and are merged into one `Standing` per clause.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from taskqueue_conformance.contract import CLAUSES

__all__ = ["Basis", "Evidence", "Grade", "Record", "Standing", "Status", "merge"]


class Status(str, enum.Enum):
    """How a clause fared, from the worst to the best."""

    FAILED = "failed"
    BLOCKED = "blocked"  # cannot be judged because another clause is broken
    UNVERIFIED = "unverified"  # was not run, or not to an end
    NOT_APPLICABLE = "not applicable"
    PASSED = "passed"


class Grade(str, enum.Enum):
    """What a verdict rests on, from the weakest to the strongest."""

    UNVERIFIED = "unverified"
    OBSERVED = "observed"  # runs on real threads
    SAMPLED = "sampled"  # schedules of a strategy, with a seed
    PROVED = "proved"  # every interleaving of the listed scenarios


@dataclass
class Evidence:
    """One contradiction, with all that a reader needs to see it and to see it again.

    Attributes:
        scenario: its name.
        description: the scenario in words, a line per callback.
        seen: the sentence that says what contradicts the clause.
        times: in how many of `of` runs it was seen.
        story: the last events, a line each.
        lanes: the execution under the engine, minimised and drawn, a line each.
        smaller: how far it was minimised, in words.
        stacks: where each thread stood when a hang was given up: name and frames.
        output: what the child wrote, shortened.
        data: what replays it, JSON-able: the scenario, or for an execution under the engine the job
            and the schedule.
    """

    scenario: str
    description: list[str]
    seen: str
    times: int = 1
    of: int = 1
    story: list[str] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)
    smaller: str = ""
    stacks: list[dict[str, Any]] = field(default_factory=list)
    output: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Basis:
    """A part of what a verdict rests on.

    Attributes:
        grade: see `Grade`.
        scenarios: how many were looked at in this way.
        runs: how many runs of them; under the engine, schedules.
        how: strategy, seed and bounds, in words.
    """

    grade: Grade
    scenarios: int
    runs: int
    how: str = ""


@dataclass
class Record:
    """What one test says of one clause.

    Attributes:
        clause: its id.
        status: see `Status`.
        grade: what the status rests on.
        scenarios: how many scenarios were looked at.
        runs: how many runs of them.
        bases: what they are made of; if none is given, all are of the record's grade.
        remark: why there is no better evidence, where there could be.
        seconds: how long they took.
        evidence: for a failure.
        blocked_by: ids of the clauses that are in the way, for a blocked one.
        reason: for one that is blocked, unverified or not applicable: a sentence.
        test: name of the test.
    """

    clause: str
    status: Status
    grade: Grade = Grade.OBSERVED
    scenarios: int = 0
    runs: int = 0
    seconds: float = 0.0
    evidence: list[Evidence] = field(default_factory=list)
    blocked_by: list[str] = field(default_factory=list)
    reason: str = ""
    test: str = ""
    bases: list[Basis] = field(default_factory=list)
    remark: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data."""
        data = dataclasses.asdict(self)
        data["bases"] = [{**entry, "grade": entry["grade"].value} for entry in data["bases"]]
        return {**data, "status": self.status.value, "grade": self.grade.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """The record that `to_json` wrote."""
        evidence = [Evidence(**entry) for entry in data["evidence"]]
        status, grade = Status(data["status"]), Grade(data["grade"])
        bases = [Basis(**{**entry, "grade": Grade(entry["grade"])}) for entry in data["bases"]]
        values = {**data, "evidence": evidence, "status": status, "grade": grade, "bases": bases}
        return cls(**values)


@dataclass
class Standing:
    """How a clause stands after all tests: the merged records."""

    clause: str
    status: Status
    grade: Grade
    scenarios: int
    runs: int
    seconds: float
    evidence: list[Evidence]
    blocked_by: list[str]
    reason: str
    tests: list[str]
    bases: list[Basis] = field(default_factory=list)
    remark: str = ""


_ORDER = list(Status)
_STRENGTH = list(Grade)


def merge(records: Iterable[Record]) -> list[Standing]:
    """One standing per clause of the contract, in its order; unverified where no test spoke.

    The worst status counts. A clause that passes has the grade of the strongest evidence for it;
    its bases tell of all.
    """
    by_clause: dict[str, list[Record]] = {clause.id: [] for clause in CLAUSES}
    for record in records:
        by_clause[record.clause].append(record)
    return [_merge(clause, found) for clause, found in by_clause.items()]


def _merge(clause: str, records: Sequence[Record]) -> Standing:
    if not records:
        records = [Record(clause, Status.UNVERIFIED, Grade.UNVERIFIED, reason="no test ran")]
    status = min((record.status for record in records), key=_ORDER.index)
    decisive = [record for record in records if record.status is status]
    grade = Grade.UNVERIFIED
    if status in (Status.PASSED, Status.FAILED):
        grade = max((record.grade for record in decisive), key=_STRENGTH.index)
    return Standing(
        clause=clause,
        status=status,
        grade=grade,
        scenarios=sum(record.scenarios for record in records),
        runs=sum(record.runs for record in records),
        seconds=sum(record.seconds for record in records),
        evidence=[entry for record in decisive for entry in record.evidence],
        blocked_by=sorted({other for record in decisive for other in record.blocked_by}),
        reason=next((record.reason for record in decisive if record.reason), ""),
        tests=[record.test for record in records if record.test],
        bases=_bases(records),
        remark=next((record.remark for record in records if record.remark), ""),
    )


def _bases(records: Iterable[Record]) -> list[Basis]:
    """What all records rest on, one entry for each grade, the strongest first."""
    found: dict[Grade, Basis] = {}
    for record in records:
        whole = Basis(record.grade, record.scenarios, record.runs)
        for one in record.bases or [whole]:
            if one.grade is Grade.UNVERIFIED or not one.runs:
                continue
            basis = found.setdefault(one.grade, Basis(one.grade, 0, 0))
            basis.scenarios += one.scenarios
            basis.runs += one.runs
            if one.how not in basis.how.split("; "):
                basis.how = "; ".join(filter(None, (basis.how, one.how)))
    return sorted(found.values(), key=lambda one: _STRENGTH.index(one.grade), reverse=True)
