"""A report: everything that one run of the suite found out, and the verdict it comes to.

A report is plain data.  It is shown by `report_terminal` and `report_markdown` and kept by
`report_json`; the verdict is computed from it and nothing else, so that it comes out the same
wherever the report is read.
"""

from __future__ import annotations

import datetime
import enum
import os
import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata

from taskqueue_conformance.baseline import EXCUSABLE, KnownFailure, stale
from taskqueue_conformance.condition import gil_enabled
from taskqueue_conformance.contract import CONTRACT_VERSION, clauses_of, lookup
from taskqueue_conformance.measure import Unreached
from taskqueue_conformance.records import Standing, Status

__all__ = [
    "Header",
    "Place",
    "Report",
    "Verdict",
    "place_of",
    "required",
    "stale_clauses",
    "tally",
    "verdict",
]

DISTRIBUTION = "taskqueue-conformance"


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def _suite_version() -> str:
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "of a checkout"


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class Header:
    """What was tested, how, and where.  What is not given is taken from this process.

    Attributes:
        target: as given to ``--impl``.
        name: of the class or function that it names.
        distribution: name and version of the distribution it comes from, or "".
        files: the source files that hold the implementation.
        subset: "" for the whole contract, "handler" for an adapter that hands one item at a time.
        profile: whose clauses decide.
        depth: how much was run: quick, default or deep.
        seed: of everything drawn.
        shard: which part of the work was done, "2/5", or "" for all of it.
        timeout_factor: by which all deadlines were multiplied.
        contract_version, suite_version: see there.
        python, implementation, gil, cores, platform: where it ran.
        started: ISO 8601 with time zone.
        seconds: how long it took.
    """

    target: str
    name: str = ""
    distribution: str = ""
    files: list[str] = field(default_factory=list)
    subset: str = ""
    profile: str = "core"
    depth: str = "default"
    seed: int = 0
    shard: str = ""
    timeout_factor: float = 1.0
    contract_version: str = CONTRACT_VERSION
    suite_version: str = field(default_factory=_suite_version)
    python: str = field(default_factory=platform.python_version)
    implementation: str = field(default_factory=platform.python_implementation)
    gil: bool = field(default_factory=gil_enabled)
    cores: int = field(default_factory=_cores)
    platform: str = field(default_factory=platform.platform)
    started: str = field(default_factory=_now)
    seconds: float = 0.0


@dataclass
class Report:
    """What a run of the suite found.

    Attributes:
        header: what was tested, how, and where.
        standings: one per clause, in the order of the contract; see `records.merge`.
        known: the entries of the baseline that apply here.
        partial: why less than the suite was run ("-k 1_1", "shard 1/4"), or "".
        gate: whether an incomplete run must not pass, whatever the reason.
        unusable: why the implementation could not be tested at all, or "".
        notes: sentences for the reader.
        coverage: what of the implementation no clause reached; None if it was not measured.
    """

    header: Header
    standings: list[Standing] = field(default_factory=list)
    known: dict[str, KnownFailure] = field(default_factory=dict)
    partial: str = ""
    gate: bool = False
    unusable: str = ""
    notes: list[str] = field(default_factory=list)
    coverage: list[Unreached] | None = None

    @property
    def today(self) -> str:
        """The day on which the run started: the one that decides whether an excuse has expired."""
        return self.header.started[:10]


class Place(str, enum.Enum):
    """Where a clause ends up in the verdict."""

    VERIFIED = "verified"
    FAILED = "failed"
    KNOWN = "known"  # fails or is blocked, and the baseline says why
    BLOCKED = "blocked"
    UNVERIFIED = "unverified"
    NOT_RUN = "not run"
    NOT_APPLICABLE = "not applicable"


_PLACES = {
    Status.PASSED: Place.VERIFIED,
    Status.FAILED: Place.FAILED,
    Status.BLOCKED: Place.BLOCKED,
    Status.UNVERIFIED: Place.UNVERIFIED,
    Status.NOT_APPLICABLE: Place.NOT_APPLICABLE,
}

_OPEN = (Place.BLOCKED, Place.UNVERIFIED, Place.NOT_RUN)


def place_of(report: Report, standing: Standing) -> Place:
    """Where the clause ends up, the baseline taken into account."""
    known = report.known.get(standing.clause)
    if standing.status in EXCUSABLE and known and not known.expired(report.today):
        return Place.KNOWN
    if standing.status is Status.UNVERIFIED and not standing.tests and not standing.runs:
        return Place.NOT_RUN
    return _PLACES[standing.status]


def required(report: Report) -> Iterator[Standing]:
    """The standings that decide: those of the clauses that the profile demands."""
    profile = report.header.profile
    return (entry for entry in report.standings if lookup(entry.clause).within(profile))


def tally(report: Report) -> Counter[Place]:
    """How many of the required clauses there are in each place; without a standing: not run."""
    counts = Counter(place_of(report, standing) for standing in required(report))
    there = {standing.clause for standing in report.standings}
    missing = [c for c in clauses_of(report.header.profile) if c.id not in there]
    return counts + Counter({Place.NOT_RUN: len(missing)})


@dataclass(frozen=True)
class Verdict:
    """What it comes to.

    Attributes:
        word: conformant, conformant with known failures, nonconformant, baseline stale,
            incomplete, partial or unusable.
        exit_code: 0, 1, 4 or 6.
        sentence: the last line of the report.
    """

    word: str
    exit_code: int
    sentence: str


def verdict(report: Report) -> Verdict:
    """The verdict on a report.

    In this order: a required clause that fails is *nonconformant* (1); an entry of the baseline
    whose clause passes, or whose last day is past, makes the *baseline stale* (1); a required
    clause that is blocked or unverified, or was not run, is *incomplete* (6).  Where less was
    chosen and no gate is asked for, what was not run is passed over and the verdict is *partial*
    (0): it never says conformant.
    """
    if report.unusable:
        return Verdict("unusable", 4, f"unusable: {report.unusable}")
    profile, subset = report.header.profile, report.header.subset
    whole = f"the {subset} subset of {profile}" if subset else profile
    counts = tally(report)
    found = _words(counts)
    if any(_fails_anew(report, standing) for standing in required(report)):
        return Verdict("nonconformant", 1, f"nonconformant to {whole}: {found}")
    if complaints := _stale(report):
        return Verdict("baseline stale", 1, f"baseline stale, {'; '.join(complaints)}: {found}")
    # A shard is a part by intention, also for the gate, which judges what `merge` makes of them.
    partial = bool(report.header.shard) or (bool(report.partial) and not report.gate)
    if any(counts[place] for place in _OPEN if not (partial and place is Place.NOT_RUN)):
        return Verdict("incomplete", 6, f"incomplete for {whole}: {found}")
    if partial:
        why = report.partial or f"shard {report.header.shard}"
        return Verdict("partial", 0, f"partial run of {whole} ({why}): {found}")
    word = "conformant with known failures" if counts[Place.KNOWN] else "conformant"
    return Verdict(word, 0, f"conformant to {whole}: {found}")


def _fails_anew(report: Report, standing: Standing) -> bool:
    """Whether it fails without ever having been excused; an excuse that expired is told apart."""
    return standing.status is Status.FAILED and standing.clause not in report.known


def _words(counts: Counter[Place]) -> str:
    """'38 of 41 verified, 2 known, 1 not applicable'."""
    first = f"{counts[Place.VERIFIED]} of {sum(counts.values())} verified"
    rest = [place for place in Place if place is not Place.VERIFIED and counts[place]]
    return ", ".join([first, *(f"{counts[place]} {place.value}" for place in rest)])


def stale_clauses(report: Report) -> list[str]:
    """The required clauses that the baseline lists and that pass.

    None after a part of a run: a clause may then pass for want of the test that fails.
    """
    return [] if report.partial else stale(report.known, required(report))


def _stale(report: Report) -> list[str]:
    """Why the baseline does not hold."""
    demanded = list(required(report))
    complaints = []
    if passing := stale_clauses(report):
        verb = "passes" if len(passing) == 1 else "pass"
        complaints.append(f"{', '.join(passing)} {verb} and must not be listed")
    for standing in demanded:
        known = report.known.get(standing.clause)
        if known and standing.clause not in passing and known.expired(report.today):
            complaints.append(f"{standing.clause} was excused until {known.until}")
    return complaints
