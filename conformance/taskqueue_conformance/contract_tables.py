"""Writes the tables of clauses into Markdown, so that the contract stands in one place only.

    python -m taskqueue_conformance.contract_tables --write reference/CONTRACT.md
    python -m taskqueue_conformance.contract_tables --check reference/CONTRACT.md

A document says where a table goes by a pair of markers; what stands between them is replaced::

    <!-- clauses of section 2: begin -->
    <!-- clauses of section 2: end -->

Without an option the tables are printed.  Exit code 0: all is well; 1: ``--check`` found a stale
document; 2: wrong arguments, or a document whose markers cannot be understood.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from taskqueue_conformance.contract import CLAUSES, SECTIONS, Clause

__all__ = ["MarkerError", "main", "render", "table"]

_BLOCK = re.compile(
    r"(?P<begin><!-- clauses of section (?P<section>\d+): begin -->\n)"
    r"(?:.*?)"
    r"(?P<end><!-- clauses of section (?P=section): end -->)",
    re.DOTALL,
)
_MARKER = re.compile(r"<!-- clauses of section")


class MarkerError(ValueError):
    """A document has no markers, a marker without its pair, or a section that does not exist."""


def table(section: int) -> str:
    """The clauses of one section: what they ask, then why and where to look."""
    clauses = [clause for clause in CLAUSES if clause.section == section]
    return "\n".join(
        [
            *_rows(("id", "profile", "clause"), ((c.id, c.profile, c.sentence) for c in clauses)),
            "",
            *_rows(("id", "why it is asked", "where to look first"), map(_reasons, clauses)),
            "",
        ]
    )


def render(document: str) -> str:
    """`document` with every table between markers brought up to date.

    Raises:
        MarkerError: see there; nothing is replaced in that case.
    """
    blocks = list(_BLOCK.finditer(document))
    if not blocks:
        raise MarkerError("no '<!-- clauses of section N: begin -->' and matching end in it")
    if len(_MARKER.findall(document)) != 2 * len(blocks):
        raise MarkerError("a 'clauses of section' marker without its pair")
    unknown = sorted({int(block["section"]) for block in blocks} - set(SECTIONS))
    if unknown:
        raise MarkerError(f"section {unknown[0]} does not exist; there are {sorted(SECTIONS)}")
    return _BLOCK.sub(
        lambda block: f"{block['begin']}{table(int(block['section']))}{block['end']}", document
    )


def _reasons(clause: Clause) -> tuple[str, str, str]:
    return clause.id, clause.intent, clause.look


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_escape, row))} |"


def _escape(text: str) -> str:
    """Outside of `code`, what Markdown would take for emphasis or markup; `|` everywhere."""
    parts = text.replace("|", r"\|").split("`")
    parts[::2] = [re.sub(r"([*_<])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m taskqueue_conformance.contract_tables",
        description="Print, write or check the tables of clauses in Markdown documents.",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="exit with 1 if a table is stale")
    how.add_argument("--write", action="store_true", help="bring the tables up to date")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    options = parser.parse_args(argv)
    if (options.check or options.write) != bool(options.files):
        parser.error("--check and --write need files, and files need one of them")

    if not options.files:
        print("\n".join(f"## {n} {title}\n\n{table(n)}" for n, title in SECTIONS.items()), end="")
        return 0
    stale = 0
    for path in options.files:
        try:
            before = path.read_text(encoding="utf-8")
            after = render(before)
        except (OSError, UnicodeDecodeError, MarkerError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 2
        if before == after:
            continue
        if options.write:
            path.write_text(after, encoding="utf-8", newline="\n")
            print(f"{path}: brought up to date")
        else:
            stale = 1
            print(f"{path}: tables are stale; run this with --write {path}", file=sys.stderr)
    return stale


if __name__ == "__main__":
    sys.exit(main())
