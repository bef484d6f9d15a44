"""Reports of shards, put together."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from taskqueue_conformance.cli import main
from taskqueue_conformance.contract import CLAUSES
from taskqueue_conformance.records import Basis, Evidence, Grade, Record, Status, merge
from taskqueue_conformance.report import Header, Report, verdict
from taskqueue_conformance.report_json import ReportError, load, save
from taskqueue_conformance.report_merge import merge_reports


def shard(number: int, of: int, *records: Record, **header: str) -> Report:
    """A report in which all is well, but for what `records` say."""
    passed = [
        Record(clause.id, Status.PASSED, scenarios=1, runs=2, test="test") for clause in CLAUSES
    ]
    made = Header("mymodule:TaskQueue", shard=f"{number}/{of}", seconds=10.0)
    return Report(dataclasses.replace(made, **header), standings=merge([*passed, *records]))  # type: ignore[arg-type]


def explored(clause: str, grade: Grade, schedules: int) -> Record:
    basis = Basis(grade, 1, schedules, "b=0")
    return Record(
        clause, Status.PASSED, grade, scenarios=1, runs=schedules, bases=[basis], test="test"
    )


def test_the_parts_make_a_whole() -> None:
    parts = [
        shard(1, 2, explored("TQ-1.1", Grade.PROVED, 30)),
        shard(2, 2, explored("TQ-1.1", Grade.PROVED, 12)),
    ]
    assert [verdict(part).word for part in parts] == ["partial", "partial"]
    whole = merge_reports(parts)
    assert verdict(whole).word == "conformant"
    assert whole.header.shard == ""
    assert whole.header.seconds == 20.0
    standing = whole.standings[0]
    assert standing.grade is Grade.PROVED
    assert [(one.grade, one.runs) for one in standing.bases] == [
        (Grade.PROVED, 42),
        (Grade.OBSERVED, 4),
    ]


def test_what_one_shard_could_not_prove_is_not_proved() -> None:
    whole = merge_reports(
        [
            shard(1, 2, explored("TQ-1.1", Grade.PROVED, 30)),
            shard(2, 2, explored("TQ-1.1", Grade.SAMPLED, 12)),
        ]
    )
    assert whole.standings[0].grade is Grade.SAMPLED


def test_what_fails_in_one_shard_fails() -> None:
    wrong = Record("TQ-2.4", Status.FAILED, evidence=[Evidence("s", [], "it hung")], test="test")
    whole = merge_reports([shard(1, 2), shard(2, 2, wrong)])
    assert verdict(whole).word == "nonconformant"
    failed = [one for one in whole.standings if one.status is Status.FAILED]
    assert [(one.clause, one.evidence[0].seen) for one in failed] == [("TQ-2.4", "it hung")]


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ([shard(1, 3), shard(3, 3)], "missing: shard 2/3"),
        ([shard(1, 2), shard(2, 2), shard(2, 2)], "twice"),
        ([shard(1, 2), shard(2, 3)], "not the reports of shards"),
        ([shard(1, 2), shard(2, 2, target="other:Queue")], "not of one run: target"),
    ],
)
def test_what_does_not_belong_together_is_refused(parts: list[Report], complaint: str) -> None:
    with pytest.raises(ReportError, match=complaint):
        merge_reports(parts)


def test_the_command_line_merges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = []
    for number in (1, 2):
        paths.append(tmp_path / f"{number}.json")
        save(shard(number, 2), paths[-1])
    whole = tmp_path / "whole.json"
    assert main(["merge", *map(str, paths), "--json", str(whole)]) == 0
    assert "conformant to core" in capsys.readouterr().out
    assert load(whole).header.shard == ""
    assert main(["merge", str(paths[0])]) == 4
    assert "missing: shard 2/2" in capsys.readouterr().err
