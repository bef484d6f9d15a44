"""The report in the terminal: complete, readable without colour, within its width."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskqueue_conformance import report_terminal
from taskqueue_conformance.baseline import KnownFailure
from taskqueue_conformance.contract import CLAUSES
from taskqueue_conformance.layout import clean, command_lines
from taskqueue_conformance.measure import Unreached
from taskqueue_conformance.records import Basis, Evidence, Grade, Record, Status
from taskqueue_conformance.report_stacks import thin


def lines_of(report: Any, **options: Any) -> list[str]:
    return report_terminal.render(report, **options)


def row_of(lines: list[str], clause: str) -> str:
    rows = [line for line in lines if re.match(rf"  [\w/ ]{{10}} {re.escape(clause)} ", line)]
    assert len(rows) == 1, rows
    return rows[0]


@pytest.fixture
def rich_report(make_report: Any, records: Any) -> Any:
    """One clause in every place, and everything else that a report can hold."""
    many = [records.hang() for _ in range(5)]
    return make_report(
        {
            "TQ-1.5": None,
            "TQ-1.9": records.inapplicable("TQ-1.9"),
            "TQ-2.1": records.failing("TQ-2.1", *many),
            "TQ-2.3": records.blocked("TQ-2.3", "TQ-2.1"),
            "TQ-2.4": records.failing("TQ-2.4"),
            "TQ-2.5": records.unverified("TQ-2.5"),
            "TQ-2.12": records.failing("TQ-2.12", records.hang()),
        },
        known={"TQ-2.4": KnownFailure("bounded on purpose", "#7"), "TQ-3.8": KnownFailure("old")},
        coverage=[Unreached("/home/ada/project/mymodule.py", 40, (3, 4, 5, 9), ((7, 9), (8, -1)))],
        notes=["Two runs were slow."],
    )


def test_one_line_per_clause_with_a_mark_in_words(rich_report: Any) -> None:
    lines = lines_of(rich_report)
    for clause in CLAUSES:
        row_of(lines, clause.id)
    marks = {
        "TQ-1.1": "ok",
        "TQ-1.5": "not run",
        "TQ-1.9": "n/a",
        "TQ-2.1": "FAILED",
        "TQ-2.3": "blocked",
        "TQ-2.4": "known",
        "TQ-2.5": "unverified",
        "TQ-2.12": "FAILED",
        "TQ-3.8": "STALE",
    }
    for name, mark in marks.items():
        assert row_of(lines, name)[2:12].strip() == mark
    assert row_of(lines, "TQ-1.1").endswith("observed  102 runs")
    assert row_of(lines, "TQ-2.3").endswith("by TQ-2.1")
    assert row_of(lines, "TQ-2.4").endswith("bounded on purpose")


@pytest.mark.parametrize(
    ("basis", "shown"),
    [
        (Basis(Grade.PROVED, 12, 1204), "all 1,204 schedules of 12 scenarios"),
        (Basis(Grade.PROVED, 1, 1), "all 1 schedule of 1 scenario"),
        (Basis(Grade.SAMPLED, 2, 1), "some 1 schedule of 2 scenarios"),
        (Basis(Grade.OBSERVED, 1, 1), "1 run"),
    ],
)
def test_a_row_says_what_its_grade_is_for(make_report: Any, basis: Basis, shown: str) -> None:
    record = Record("TQ-2.13", Status.PASSED, basis.grade, bases=[basis], test="test")
    row = row_of(lines_of(make_report({"TQ-2.13": record}), width=120), "TQ-2.13")
    assert row.split(basis.grade.value)[1].strip() == shown


def test_clauses_beyond_the_profile_stand_apart(rich_report: Any) -> None:
    lines = lines_of(rich_report)
    beyond = lines.index("beyond profile core (shown, not decisive)")
    assert lines.index(row_of(lines, "TQ-2.12")) > beyond
    assert lines.index(row_of(lines, "TQ-4.4")) < beyond
    rich_report.header.profile = "strict"
    assert not any("beyond profile" in line for line in lines_of(rich_report)[:60])


def test_a_failure_tells_what_a_maintainer_needs(rich_report: Any) -> None:
    lines = lines_of(rich_report, repeat=lambda clause, evidence: f"again {clause}")
    start = next(i for i, line in enumerate(lines) if line.startswith("-- TQ-2.1 failed"))
    end = lines.index("", start)
    block = "\n".join(lines[start:end])
    flat = " ".join(block.split())
    assert "every consumer that asks receives the end" in flat
    assert "consumer 2 waits in get() for the end" in flat
    assert "in 3 of 3 runs of scenario '3 items, 4 consumers'" in flat
    assert "producer: Put(3)" in flat
    assert "> mymodule.py:48 in get: self._not_empty.wait()" in flat
    assert "How the end is signalled: one sentinel for several consumers" in flat
    assert "again TQ-2.1" in flat
    assert flat.count("also seen") == 2
    assert "and 2 more, all of them in the JSON report" in flat
    assert "... 18 before" in flat
    assert flat.count("get() called") == 12


def test_known_failures_and_those_beyond_the_profile_are_brief(rich_report: Any) -> None:
    text = "\n".join(lines_of(rich_report))
    assert "-- TQ-2.4 failed" not in text
    assert "-- TQ-2.12 failed" not in text
    assert "bounded on purpose (#7)" in text


def test_remarks(rich_report: Any) -> None:
    text = "\n".join(lines_of(rich_report))
    assert "  blocked by TQ-2.1: 12 of 34 scenarios could not be judged\n    TQ-2.3" in text
    assert "  too slow\n    TQ-2.5" in text
    assert "listed as known failures, but passing: remove them\n  TQ-3.8" in text
    assert "36 of 40 statements reached; not lines 3 to 5, 9; not branches 7->9, 8->exit" in (
        " ".join(text.split())
    )
    assert "Two runs were slow." in text


def test_the_last_line_is_the_verdict(make_report: Any) -> None:
    assert lines_of(make_report())[-1] == "conformant to core: 30 of 30 verified"


def test_an_expired_excuse_is_said_at_the_failure(make_report: Any, records: Any) -> None:
    report = make_report(
        {"TQ-2.4": records.failing("TQ-2.4")},
        known={"TQ-2.4": KnownFailure("x", until="2026-01-31")},
    )
    text = "\n".join(lines_of(report))
    assert "its excuse ended on 2026-01-31" in text
    assert "-- TQ-2.4 failed" in text


def test_the_header_has_at_most_six_lines(rich_report: Any) -> None:
    header = report_terminal.header_lines(rich_report.header)
    assert len(header) <= 6
    text = "\n".join(header)
    for word in ("mymodule:TaskQueue", "myqueue 1.4.2", "/home/ada/project/mymodule.py", "core"):
        assert word in text
    for word in ("contract 1", "CPython 3.13.0", "with GIL", "2 cores", "seed 20261123", "0.1.0"):
        assert word in text


def test_colour_is_added_and_changes_nothing_else(rich_report: Any) -> None:
    plain, coloured = lines_of(rich_report), lines_of(rich_report, markup=report_terminal.ansi)
    assert any("\x1b[" in line for line in coloured)
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in coloured] == plain
    assert not any("\x1b" in line for line in plain)


@pytest.mark.parametrize("width", [20, 60, 80, 100])
def test_no_line_is_wider_than_asked(rich_report: Any, width: int) -> None:
    header = len(report_terminal.header_lines(rich_report.header))
    for line in lines_of(rich_report, width=width)[header:-1]:
        assert len(line) <= max(width, report_terminal.NARROWEST), line


foreign = st.text(max_size=400)


@given(seen=foreign, line=foreign, thread=foreign, scenario=foreign, output=foreign)
def test_foreign_text_neither_breaks_the_layout_nor_reaches_the_terminal(
    seen: str, line: str, thread: str, scenario: str, output: str
) -> None:
    from taskqueue_conformance.records import Grade, Record, Status, merge
    from taskqueue_conformance.report import Header, Report

    evidence = Evidence(
        scenario,
        [line],
        seen,
        story=[line],
        output=output,
        stacks=[{"thread": thread, "frames": [line]}],
    )
    record = Record("TQ-2.1", Status.FAILED, Grade.OBSERVED, evidence=[evidence], test="t")
    report = Report(Header("m:Q", platform="here"), merge([record]))
    lines = report_terminal.render(report, repeat=lambda clause, evidence: "again")
    for shown in lines:
        assert len(shown) <= 100
        assert all(c.isprintable() for c in shown), shown


def test_a_command_can_be_copied_from_the_screen() -> None:
    command = (
        "pytest conformance --impl 'my module.py:Q' " + "--tq-seed 123456789 " * 6 + "-k 'a b'"
    )
    lines = list(command_lines(command, 80))
    assert len(lines) > 1
    assert all(line.endswith(" \\") for line in lines[:-1])
    assert all(len(line) <= 80 for line in lines)
    assert "".join(line.removesuffix("\\") for line in lines).split() == command.split()


def test_the_command_repeats_the_clause_alone(make_report: Any, records: Any) -> None:
    """`-k 1_1` would run 1.10 and 1.11 as well."""
    repeat = report_terminal.repeat_by_pytest(make_report().header)
    assert repeat("TQ-1.1", records.hang()) == (
        "pytest --pyargs taskqueue_conformance.suite --impl mymodule:TaskQueue "
        "--tq-depth default --tq-seed 20261123 -k test_1_1_"
    )


def test_clean_spells_out_what_a_terminal_obeys() -> None:
    assert clean("a\x1b[2Jb\rc\nd\udcff") == "a\\x1b[2Jb\\rc d\\udcff"


# -- stacks --------------------------------------------------------------------------------------

OWN = "/home/ada/project/mymodule.py"


def test_threads_at_the_same_place_are_put_together_and_named_first(records: Any) -> None:
    groups = thin(records.hang().stacks, [OWN])
    assert [group.threads for group in groups] == [
        ("run()",),
        ("consumer 2", "consumer 3"),
        ("thread 140",),
    ]


def test_frames_of_the_library_and_the_suite_are_left_out_but_the_innermost(records: Any) -> None:
    groups = thin(records.hang().stacks, [OWN])
    assert [(frame.own, str(frame)) for frame in groups[1].frames] == [
        (True, "mymodule.py:61 in _consume: consumer(self)"),
        (True, "mymodule.py:48 in get: self._not_empty.wait()"),
        (False, "threading.py:355 in wait: waiter.acquire()"),
    ]


def test_the_implementation_may_live_in_site_packages() -> None:
    own = "/usr/lib/python3.13/site-packages/oss2/task_queue.py"
    other = "/usr/lib/python3.13/site-packages/oss2/utils.py"
    near = "/home/ada/project/helpers.py"
    frames = [f"{file}:3 in f: g()" for file in (other, own, near, other)]
    (group,) = thin([{"thread": "consumer 1", "frames": frames}], [own])
    assert [frame.file for frame in group.frames] == [own, near, other]


@pytest.mark.parametrize("text", ["", "nonsense", "a:b in c", "... 3 more"])
def test_lines_that_are_no_frames_are_passed_over(text: str) -> None:
    (group,) = thin([{"thread": "x", "frames": [text]}], [])
    assert group.frames == ()
