"""The tables in CONTRACT.md are those of the contract, and the tool that writes them works."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskqueue_conformance.contract import CLAUSES, SECTIONS
from taskqueue_conformance.contract_tables import MarkerError, main, render, table

REFERENCE = Path(__file__).parents[2] / "reference"
DOCUMENT = REFERENCE / "CONTRACT.md"

EMPTY = "<!-- clauses of section 4: begin -->\n<!-- clauses of section 4: end -->\n"


def test_the_tables_are_up_to_date() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == render(document), (
        "stale tables; run: "
        "python -m taskqueue_conformance.contract_tables --write reference/CONTRACT.md"
    )


def test_every_clause_stands_in_the_document() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    missing = [c.id for c in CLAUSES if f"| {c.id} | {c.profile} |" not in document]
    assert missing == []


@pytest.mark.parametrize("section", SECTIONS)
def test_headings_are_those_of_the_sections(section: int) -> None:
    assert f"\n## {section} {SECTIONS[section]}\n" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_row_has_three_cells(section: int) -> None:
    rows = [row for row in table(section).splitlines() if row]
    assert {row.replace(r"\|", "").count("|") for row in rows} == {4}


def test_emphasis_is_escaped_outside_of_code_only() -> None:
    assert r"\_\_eq\_\_" in table(1)
    assert "`[consumer] * 8`" in table(4)


def test_check_finds_a_stale_document_and_write_brings_it_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{EMPTY}after\n", encoding="utf-8")
    assert main(["--check", str(path)]) == 1
    assert "--write" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == f"before\n{EMPTY}after\n"

    assert main(["--write", str(path)]) == 0
    written = path.read_text(encoding="utf-8")
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert table(4) in written
    assert main(["--check", str(path)]) == 0

    path.write_text(written.replace("TQ-4.2", "TQ-4.9"), encoding="utf-8")
    assert main(["--check", str(path)]) == 1


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("no markers", "no '<!-- clauses"),
        (EMPTY + EMPTY.splitlines()[0], "without its pair"),
        (EMPTY.replace("section 4", "section 9"), "section 9 does not exist"),
    ],
)
def test_markers_that_cannot_be_understood_are_named(
    document: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MarkerError, match=message):
        render(document)
    path = tmp_path / "page.md"
    path.write_text(document, encoding="utf-8")
    assert main(["--write", str(path)]) == 2
    assert message in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == document


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", str(tmp_path / "absent.md")]) == 2
    assert "absent.md" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--check"], ["page.md"]])
def test_an_option_goes_with_files(argv: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(argv)


def test_without_arguments_the_tables_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(f"| {clause.id} |" in printed for clause in CLAUSES)
