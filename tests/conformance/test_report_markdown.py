"""The summary, the annotations and the badge for a code forge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from taskqueue_conformance import report_markdown
from taskqueue_conformance.baseline import KnownFailure
from taskqueue_conformance.contract import clauses_of
from taskqueue_conformance.records import Evidence, Grade, Record, Status, merge
from taskqueue_conformance.report import Header, Report


def test_a_green_report_has_no_table(make_report: Any) -> None:
    text = report_markdown.summary(make_report())
    assert text.startswith("## `mymodule:TaskQueue` (myqueue 1.4.2): conformant\n")
    assert "30 of 30 verified" in text
    assert "| TQ-" not in text


def test_the_table_has_the_clauses_that_are_not_green(make_report: Any, records: Any) -> None:
    report = make_report(
        {
            "TQ-2.1": records.failing("TQ-2.1", records.hang()),
            "TQ-2.3": records.blocked("TQ-2.3", "TQ-2.1"),
            "TQ-2.4": records.failing("TQ-2.4"),
            "TQ-2.12": records.failing("TQ-2.12"),
            "TQ-1.9": records.inapplicable("TQ-1.9"),
        },
        known={"TQ-2.4": KnownFailure("bounded | on purpose"), "TQ-3.8": KnownFailure("old")},
    )
    text = report_markdown.summary(report, repeat=lambda clause, evidence: f"again {clause}")
    rows = {line.split(" | ")[0][2:]: line for line in text.splitlines() if "| TQ-" in line}
    assert set(rows) == {"TQ-2.1", "TQ-2.3", "TQ-2.4", "TQ-3.8"}
    assert "failed" in rows["TQ-2.1"]
    assert "consumer 2 waits in get() for the end" in rows["TQ-2.1"]
    assert "blocked by TQ-2.1" in rows["TQ-2.3"]
    assert "listed as known: bounded \\| on purpose" in rows["TQ-2.4"]
    assert "stale" in rows["TQ-3.8"]
    assert "16 clauses beyond profile core do not decide" in text
    assert text.endswith("```sh\nagain TQ-2.1\n```\n")


@given(st.text(max_size=60), st.text(max_size=60))
def test_foreign_text_cannot_break_the_table(seen: str, target: str) -> None:
    record = Record(
        "TQ-2.1", Status.FAILED, Grade.OBSERVED, evidence=[Evidence("s", [], seen)], test="t"
    )
    report = Report(Header(target), merge([record]))
    text = report_markdown.summary(report, repeat=lambda clause, evidence: "again")
    (row,) = [line for line in text.split("\n") if line.startswith("| TQ-2.1 |")]
    cells = row.replace("\\\\", "").replace("\\|", "").split("|")
    assert len(cells) == 5
    assert "<" not in row.replace("<br>", "")


def test_annotations_point_at_the_line_that_hangs(make_report: Any, records: Any) -> None:
    report = make_report(
        {"TQ-2.1": records.failing("TQ-2.1", records.hang()), "TQ-2.4": records.failing("TQ-2.4")}
    )
    hanging, other = report_markdown.error_commands(report, root=Path("/home/ada/project"))
    assert hanging.startswith("::error file=mymodule.py,line=34,title=TQ-2.1 failed::When the")
    assert "%0ASeen: consumer 2 waits" in hanging
    assert "%0ALook here: How the end is signalled" in hanging
    assert other.startswith("::error file=mymodule.py,title=TQ-2.4 failed::put() never waits")
    outside = report_markdown.error_commands(report, root=Path("/elsewhere"))
    assert outside[0].startswith("::error title=TQ-2.1 failed::")


def test_there_are_at_most_ten_annotations_and_the_rest_is_counted(
    make_report: Any, records: Any
) -> None:
    ids = [clause.id for clause in clauses_of("core")]
    ten = make_report({clause: records.failing(clause) for clause in ids[:10]})
    assert len(report_markdown.error_commands(ten)) == 10
    assert "more" not in report_markdown.error_commands(ten)[-1].split("::")[1]
    more = make_report({clause: records.failing(clause) for clause in ids[:13]})
    found = report_markdown.error_commands(more)
    assert len(found) == 10
    assert found[-1].endswith("::and 4 more")


def test_known_failures_and_those_beyond_the_profile_are_not_annotated(
    make_report: Any, records: Any
) -> None:
    report = make_report(
        {c: records.failing(c) for c in ("TQ-2.4", "TQ-2.12")},
        known={"TQ-2.4": KnownFailure("bounded"), "TQ-3.8": KnownFailure("old")},
    )
    (stale,) = report_markdown.error_commands(report)
    assert stale.startswith("::error title=TQ-3.8 is listed")


@given(st.text(max_size=60))
def test_an_annotation_is_one_line_and_one_command(seen: str) -> None:
    record = Record(
        "TQ-2.1", Status.FAILED, Grade.OBSERVED, evidence=[Evidence("s", [], seen)], test="t"
    )
    report = Report(Header("m:Q"), merge([record]))
    (line,) = report_markdown.error_commands(report)
    assert line.isprintable()
    assert line.startswith("::error title=TQ-2.1 failed::")


def test_a_badge_says_profile_and_verdict(make_report: Any, records: Any) -> None:
    assert report_markdown.badge(make_report()) == {
        "schemaVersion": 1,
        "label": "TaskQueue core",
        "message": "conformant",
        "color": "brightgreen",
    }
    failing = make_report({"TQ-2.1": records.failing("TQ-2.1")})
    found = report_markdown.badge(failing)
    assert found is not None
    assert (found["message"], found["color"]) == ("nonconformant", "red")
    assert json.dumps(found)


def test_a_part_of_a_run_has_no_badge(make_report: Any, records: Any) -> None:
    assert report_markdown.badge(make_report(partial="-k 1_1")) is None
    assert report_markdown.badge(make_report(partial="-k 1_1", gate=True)) is None
    failing = make_report({"TQ-2.1": records.failing("TQ-2.1")}, partial="-x")
    assert report_markdown.badge(failing) is None
