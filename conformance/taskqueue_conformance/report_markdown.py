"""A report for a code forge: a Markdown summary, annotations, and the data of a badge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from taskqueue_conformance.contract import CLAUSES, lookup
from taskqueue_conformance.layout import clean, cut
from taskqueue_conformance.records import Evidence, Standing
from taskqueue_conformance.report import Place, Report, place_of, required, stale_clauses, verdict
from taskqueue_conformance.report_stacks import Frame, thin
from taskqueue_conformance.report_terminal import Repeat, repeat_by_pytest

__all__ = ["MAX_ANNOTATIONS", "badge", "error_commands", "summary"]

MAX_ANNOTATIONS = 10
"""GitHub shows ten errors per step and drops the rest without a word."""

SHOWN = 300
"""Characters of what was seen, in a cell or an annotation."""

_GREEN = (Place.VERIFIED, Place.NOT_APPLICABLE)


def summary(report: Report, *, repeat: Repeat | None = None) -> str:
    """The verdict, a table of the clauses that are not green, and how to see them again."""
    again = repeat or repeat_by_pytest(report.header)
    header, result = report.header, verdict(report)
    of = f" ({clean(header.distribution)})" if header.distribution else ""
    lines = [
        f"## {_code(header.target)}{of}: {result.word}",
        "",
        _text(result.sentence),
        "",
        f"Profile {header.profile} of contract {header.contract_version}, suite "
        f"{_text(header.suite_version)}, depth {_text(header.depth)}, seed {header.seed}, "
        f"{_text(header.implementation)} {_text(header.python)}, "
        f"{'with' if header.gil else 'without'} GIL, {header.seconds:.0f} s.",
    ]
    stale = stale_clauses(report)
    rows = [s for s in required(report) if place_of(report, s) not in _GREEN or s.clause in stale]
    if rows:
        lines += ["", "| clause | | what was seen |", "|---|---|---|"]
        for standing in rows:
            word = "stale" if standing.clause in stale else place_of(report, standing).value
            said = f"{_text(lookup(standing.clause).sentence)}<br>**{_said(report, standing)}**"
            lines.append(f"| {standing.clause} | {word} | {said} |")
    beyond = len(CLAUSES) - len(list(required(report)))
    if beyond and report.standings:
        lines += ["", f"{beyond} clauses beyond profile {header.profile} do not decide."]
    commands = [
        again(standing.clause, standing.evidence[0])
        for standing in rows
        if standing.evidence and place_of(report, standing) is Place.FAILED
    ]
    if commands:
        shown = list(dict.fromkeys(commands))[:MAX_ANNOTATIONS]
        lines += ["", "To see it again:", "", *_fenced("\n".join(shown))]
    return "\n".join(lines) + "\n"


def _said(report: Report, standing: Standing) -> str:
    known = report.known.get(standing.clause)
    place = place_of(report, standing)
    if known and (place is Place.KNOWN or standing.clause in stale_clauses(report)):
        parts = ["listed as known", known.reason, known.issue]
        return _text(cut(": ".join(filter(None, map(clean, parts))), SHOWN))
    by = f"blocked by {', '.join(standing.blocked_by)}" if standing.blocked_by else ""
    seen = standing.evidence[0].seen if standing.evidence else standing.reason
    return _text(cut(": ".join(filter(None, (by, clean(seen)))) or place.value, SHOWN))


def error_commands(report: Report, *, root: Path | None = None) -> list[str]:
    """At most ten ``::error`` commands, each on the implementation's own line if one is known.

    Args:
        report: of any run.
        root: the top of the checkout; files outside of it are not named.
    """
    failed = [s for s in required(report) if place_of(report, s) is Place.FAILED]
    messages = [(_properties(report, s, root), _annotation(s)) for s in failed]
    messages += [
        (f"title={_property(f'{clause} is listed as a known failure and passes')}", "remove it")
        for clause in stale_clauses(report)
    ]
    if report.unusable:
        messages.append(("title=the implementation cannot be tested", report.unusable))
    if len(messages) > MAX_ANNOTATIONS:
        more = len(messages) - MAX_ANNOTATIONS + 1
        messages[MAX_ANNOTATIONS - 1 :] = [("title=TaskQueue conformance", f"and {more} more")]
    return [f"::error {properties}::{_data(message)}" for properties, message in messages]


def _annotation(standing: Standing) -> str:
    clause = lookup(standing.clause)
    seen = standing.evidence[0].seen if standing.evidence else standing.reason
    return f"{clause.sentence}\nSeen: {cut(clean(seen), SHOWN)}\nLook here: {clause.look}"


def _properties(report: Report, standing: Standing, root: Path | None) -> str:
    parts = [f"title={_property(f'{standing.clause} failed')}"]
    frame = next(_own_frames(report, standing.evidence), None)
    file = frame.file if frame else next(iter(report.header.files), "")
    if root is not None and file and Path(file).is_relative_to(root):
        parts.insert(0, f"file={_property(Path(file).relative_to(root).as_posix())}")
        if frame is not None:
            parts.insert(1, f"line={frame.line}")
    return ",".join(parts)


def _own_frames(report: Report, evidence: list[Evidence]) -> Iterator[Frame]:
    """The implementation's frames in which threads hang, the innermost of each thread."""
    for entry in evidence:
        for group in thin(entry.stacks, report.header.files):
            yield from [frame for frame in group.frames if frame.own][-1:]


_COLOURS = {
    "conformant": "brightgreen",
    "conformant with known failures": "yellowgreen",
    "incomplete": "lightgrey",
    "unusable": "lightgrey",
}


def badge(report: Report) -> dict[str, object] | None:
    """The data of a shields.io endpoint badge; None for a part of a run, which shows nothing."""
    result = verdict(report)
    if report.partial or result.word == "partial":
        return None
    return {
        "schemaVersion": 1,
        "label": f"TaskQueue {report.header.profile}",
        "message": result.word,
        "color": _COLOURS.get(result.word, "red"),
    }


# -- escaping ------------------------------------------------------------------------------------


def _text(text: str) -> str:
    """Text as it stands: nothing in it is taken for Markdown, HTML, or the end of a cell."""
    cleaned = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|#!~@])", r"\\\1", cleaned)


def _code(text: str) -> str:
    cleaned = clean(text)
    ticks = "`" * (max(map(len, re.findall("`+", cleaned)), default=0) + 1)
    space = " " if "`" in cleaned else ""
    return f"{ticks}{space}{cleaned}{space}{ticks}"


def _fenced(text: str) -> list[str]:
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return [f"{fence}sh", text, fence]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
