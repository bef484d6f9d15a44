"""The subjects, what each says of itself, and whether a report agrees with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskqueue_conformance.contract import CLAUSES, PROFILES
from taskqueue_conformance.records import Status
from taskqueue_conformance.report import Report, verdict

__all__ = ["EXACT", "SCHEDULE", "Subject", "disagreements", "subjects"]

TESTS = Path(__file__).resolve().parent.parent
CONSTANTS = {"BREAKS", "SAYS", "SCHEDULE", "MEETS", "MISSES", "EXPECT", "DOES"}


@dataclass(frozen=True)
class Subject:
    """One implementation of a gallery.

    Attributes:
        kind: "specimens", "innocents", "hostile" or "specimens/schedule".
        path: of its file.
        says: its constants, read from the source: importing it may hang, exit or crash.
    """

    kind: str
    path: Path
    says: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.path.stem}"

    @property
    def target(self) -> str:
        return f"{self.path}:TaskQueue"


EXACT = ("specimens", "innocents", "hostile")
"""The galleries that are judged exactly; schedule-only specimens are seen or not, by luck."""

SCHEDULE = "specimens/schedule"


def subjects(kinds: Sequence[str] = EXACT) -> Iterator[Subject]:
    """All subjects of these galleries."""
    for kind in kinds:
        for path in sorted((TESTS / kind).glob("*.py")):
            if path.name != "base.py":
                yield Subject(kind, path, _constants(path))


def _constants(path: Path) -> dict[str, Any]:
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in CONSTANTS:
                found[name] = ast.literal_eval(node.value)
    return found


def disagreements(subject: Subject, report: Report) -> list[str]:
    """What in a report is not as the subject says; empty if all is."""
    if subject.kind == "hostile":
        word = verdict(report).word
        return [] if word in subject.says["EXPECT"] else [f"the verdict is {word}"]
    if report.unusable:
        return [f"unusable: {report.unusable}"]
    expected = set(subject.says["MISSES" if subject.kind == "innocents" else "BREAKS"])
    standings = {standing.clause: standing for standing in report.standings}
    failed = {clause for clause, one in standings.items() if one.status is Status.FAILED}
    wrong = [
        f"{clause} failed: {standings[clause].evidence[0].scenario}: "
        f"{standings[clause].evidence[0].seen}"
        for clause in sorted(failed - expected)
    ]
    if subject.kind == SCHEDULE:
        return wrong
    wrong += [
        f"{clause} did not fail: {standings[clause].status.value} {standings[clause].reason}"
        for clause in sorted(expected - failed)
    ]
    for clause, fragment in subject.says.get("SAYS", {}).items():
        seen = [evidence.seen for evidence in standings[clause].evidence]
        if clause in failed and not any(fragment in sentence for sentence in seen):
            wrong.append(f"{clause} does not say {fragment!r}: {seen[:2]}")
    if subject.kind == "innocents":
        wrong += _not_green(subject.says["MEETS"], standings)
    return wrong


def _not_green(profile: str, standings: dict[str, Any]) -> Sequence[str]:
    """An innocent passes every clause of the profile that it meets: blocked is not passed."""
    assert profile in PROFILES
    return [
        f"{clause.id} is {standings[clause.id].status.value}: {standings[clause.id].reason}"
        for clause in CLAUSES
        if clause.within(profile) and standings[clause.id].status is not Status.PASSED
    ]
