"""A report for the terminal: a line per clause, then what was seen of each that fails."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence

from taskqueue_conformance.contract import SECTIONS, lookup
from taskqueue_conformance.layout import (
    LABEL,
    WIDTH,
    clean,
    column,
    command_lines,
    cut,
    labelled,
    paragraph,
    wrapped,
)
from taskqueue_conformance.measure import Unreached
from taskqueue_conformance.records import Basis, Evidence, Grade, Standing, Status
from taskqueue_conformance.report import Header, Place, Report, place_of, stale_clauses, verdict
from taskqueue_conformance.report_stacks import thin

__all__ = [
    "Markup",
    "Repeat",
    "ansi",
    "clause_lines",
    "failure_lines",
    "header_lines",
    "plain",
    "remark_lines",
    "render",
    "repeat_by_pytest",
    "verdict_line",
]

Markup = Callable[[str, str], str]
"""From a text and a style (head, good, bad, warn, dim, own) to the text in that style."""

Repeat = Callable[[str, Evidence], str]
"""From the id of a clause and one piece of evidence to the command that shows it again."""

NARROWEST = 60
"""Columns; a narrower terminal wraps by itself."""

SHOWN_EVIDENCE = 3
SHOWN_EVENTS = 12
SHOWN_THREADS = 8
SHOWN_OUTPUT = 8

_MARKS = {
    Place.VERIFIED: ("ok", "good"),
    Place.FAILED: ("FAILED", "bad"),
    Place.KNOWN: ("known", "warn"),
    Place.BLOCKED: ("blocked", "warn"),
    Place.UNVERIFIED: ("unverified", "warn"),
    Place.NOT_RUN: ("not run", "dim"),
    Place.NOT_APPLICABLE: ("n/a", "dim"),
}
_STALE = ("STALE", "bad")


def plain(text: str, style: str) -> str:
    """The text as it is."""
    return text


_CODES = {"head": "1", "good": "32", "bad": "31;1", "warn": "33", "dim": "2", "own": "1"}


def ansi(text: str, style: str) -> str:
    """The text in colour, for a terminal that knows the usual escape sequences."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text


def repeat_by_pytest(header: Header) -> Repeat:
    """The plain way to see a clause again: its tests alone, with the same settings."""
    options = ["pytest", "--pyargs", "taskqueue_conformance.suite", "--impl", header.target]
    options += ["--tq-depth", header.depth, "--tq-seed", str(header.seed)]

    def repeat(clause: str, evidence: Evidence) -> str:
        found = lookup(clause)
        return shlex.join([*options, "-k", f"test_{found.section}_{found.number}_"])

    return repeat


def render(
    report: Report,
    *,
    repeat: Repeat | None = None,
    markup: Markup = plain,
    width: int = WIDTH,
) -> list[str]:
    """The whole report, a line each; the last one is the verdict."""
    again = repeat or repeat_by_pytest(report.header)
    width = max(NARROWEST, width)
    return [
        *header_lines(report.header, markup=markup),
        *clause_lines(report, markup=markup, width=width),
        *failure_lines(report, repeat=again, markup=markup, width=width),
        *remark_lines(report, markup=markup, width=width),
        "",
        verdict_line(report, markup=markup),
    ]


# -- what was tested -----------------------------------------------------------------------------


def header_lines(header: Header, *, markup: Markup = plain) -> list[str]:
    """What is tested, how, and where: at most six lines."""
    of = ", ".join(filter(None, (header.name, header.distribution)))
    lines = [
        markup("TaskQueue conformance", "head"),
        f"  implementation  {clean(header.target)}" + (f" ({clean(of)})" if of else ""),
    ]
    if header.files:
        more = f" and {len(header.files) - 2} more" if len(header.files) > 2 else ""
        lines.append(f"  files           {', '.join(map(clean, header.files[:2]))}{more}")
    subset = f" ({header.subset} subset)" if header.subset else ""
    factor = f", timeouts x {header.timeout_factor:g}" if header.timeout_factor != 1 else ""
    shard = f", shard {header.shard}" if header.shard else ""
    lock = "with GIL" if header.gil else "without GIL"
    return [
        *lines,
        f"  asked           profile {header.profile}{subset} of contract {header.contract_version}"
        f", depth {header.depth}, seed {header.seed}{factor}{shard}",
        f"  here            {header.implementation} {header.python} {lock}, {header.cores} cores, "
        f"{header.platform}",
        f"  suite           {header.suite_version}, started {header.started}"
        + (f", took {header.seconds:.1f} s" if header.seconds else ""),
    ]


# -- a line per clause ---------------------------------------------------------------------------


def clause_lines(report: Report, *, markup: Markup = plain, width: int = WIDTH) -> list[str]:
    """One line per clause: those that decide by section, then those beyond the profile."""
    profile = report.header.profile
    details = {standing.clause: _detail(report, standing) for standing in report.standings}
    room = min(46, width - 22, max(map(len, details.values()), default=0))
    space = width - room - 24  # for the sentence; a narrow terminal has none

    def rows(standings: Iterable[Standing]) -> Iterator[str]:
        for standing in standings:
            mark, style = _mark(report, standing)
            clause = lookup(standing.clause)
            rest = f"{clause.id:<8}"
            if space >= 10:
                rest += f" {cut(clause.sentence, space):<{space}} "
            detail = cut(details[clause.id], room)
            yield f"  {markup(f'{mark:<10}', style)} {rest} {markup(detail, 'dim')}".rstrip()

    lines: list[str] = []
    for number, title in SECTIONS.items():
        there = [s for s in report.standings if lookup(s.clause).section == number]
        if demanded := [s for s in there if lookup(s.clause).within(profile)]:
            lines += ["", markup(f"{number} {title}", "head"), *rows(demanded)]
    if beyond := [s for s in report.standings if not lookup(s.clause).within(profile)]:
        title = f"beyond profile {profile} (shown, not decisive)"
        lines += ["", markup(title, "head"), *rows(beyond)]
    return lines


def _mark(report: Report, standing: Standing) -> tuple[str, str]:
    if standing.clause in stale_clauses(report):
        return _STALE
    return _MARKS[place_of(report, standing)]


def _detail(report: Report, standing: Standing) -> str:
    place = place_of(report, standing)
    if place is Place.KNOWN:
        return clean(report.known[standing.clause].reason)
    if place is Place.BLOCKED:
        return f"by {', '.join(standing.blocked_by)}" if standing.blocked_by else standing.reason
    if place is Place.FAILED and standing.evidence:
        return f"seen in {_times(standing.evidence[0])}"
    if place in (Place.VERIFIED, Place.FAILED):
        # What the grade is for comes first.
        bases = sorted(standing.bases, key=lambda basis: basis.grade is not standing.grade)
        return f"{standing.grade.value:<8}  {', '.join(map(_basis, bases))}"
    return "" if place is Place.NOT_RUN else clean(standing.reason)


def _basis(basis: Basis) -> str:
    """'1,204 schedules of 12 scenarios' for what the engine saw, '56 runs' for real threads."""
    if basis.grade is Grade.OBSERVED:
        return _count(basis.runs, "run")
    word = "all" if basis.grade is Grade.PROVED else "some"
    return f"{word} {_count(basis.runs, 'schedule')} of {_count(basis.scenarios, 'scenario')}"


def _count(number: int, of_what: str) -> str:
    return f"{number:,} {of_what}{'' if number == 1 else 's'}"


# -- what was seen of the clauses that fail ------------------------------------------------------


def failure_lines(
    report: Report, *, repeat: Repeat, markup: Markup = plain, width: int = WIDTH
) -> list[str]:
    """A block for each clause that decides and fails; the others that fail in brief."""
    lines: list[str] = []
    brief: list[Standing] = []
    for standing in report.standings:
        if standing.status is not Status.FAILED:
            continue
        decides = lookup(standing.clause).within(report.header.profile)
        if decides and place_of(report, standing) is Place.FAILED:
            lines += _block(report, standing, repeat, markup, width)
        else:
            brief.append(standing)
    if brief:
        lines += ["", markup("also failing: known, or beyond the profile", "head")]
        for standing in brief:
            lines += _brief(report, standing, markup, width)
    return lines


def _block(
    report: Report, standing: Standing, repeat: Repeat, markup: Markup, width: int
) -> Iterator[str]:
    clause = lookup(standing.clause)
    evidence = standing.evidence or [Evidence("", [], standing.reason or "no evidence was kept")]
    yield ""
    yield markup(f"-- {clause.id} failed ".ljust(width, "-"), "bad")
    yield from textwrap.wrap(clause.sentence, width)
    known = report.known.get(clause.id)
    if known is not None:
        yield from labelled("baseline", f"its excuse ended on {known.until}", width)
    first, *others = evidence[:SHOWN_EVIDENCE]
    yield from _seen("seen", first, width)
    if first.description:
        yield from column("scenario", wrapped(first.description, width))
    if first.lanes:
        yield from _lanes(first, width)
    else:
        yield from _threads(report, first, markup, width)
        if first.story:
            yield from column(
                "last events", [cut(clean(e), width - LABEL - 2) for e in _last(first)]
            )
    if output := [line for line in first.output.splitlines() if line.strip()]:
        shown = [cut(clean(line), width - LABEL - 2) for line in output[-SHOWN_OUTPUT:]]
        yield from column("output", shown)
    for entry in others:
        if entry.seen == first.seen:
            yield from labelled("also seen", f"the same in {_times(entry)}", width)
        else:
            yield from _seen("also seen", entry, width)
    if len(evidence) > SHOWN_EVIDENCE:
        more = len(evidence) - SHOWN_EVIDENCE
        yield from labelled("", f"and {more} more, all of them in the JSON report", width)
    yield from labelled("look here", clause.look, width)
    yield from column("repeat", command_lines(repeat(clause.id, first), width))


def _brief(report: Report, standing: Standing, markup: Markup, width: int) -> Iterator[str]:
    clause = lookup(standing.clause)
    seen = standing.evidence[0].seen if standing.evidence else standing.reason
    known = report.known.get(clause.id)
    yield f"  {markup(clause.id, 'warn')}"
    yield from labelled("seen", seen, width)
    if known is not None:
        issue = f" ({known.issue})" if known.issue else ""
        until = f"; excused until {known.until}" if known.until else ""
        yield from labelled("known", f"{known.reason}{issue}{until}", width)
    else:
        yield from labelled("look here", clause.look, width)


def _seen(label: str, evidence: Evidence, width: int) -> Iterator[str]:
    yield from labelled(label, evidence.seen, width)
    if evidence.scenario:
        yield from labelled("", f"in {_times(evidence)}", width)


def _times(evidence: Evidence) -> str:
    """'3 of 5 runs of scenario ...' on real threads, '3 of 1,204 schedules' under the engine."""
    what = "schedule" if "schedule" in evidence.data else "run"
    plural = "" if evidence.of == 1 else "s"
    of = f" of scenario {evidence.scenario!r}" if evidence.scenario else ""
    return f"{evidence.times:,} of {evidence.of:,} {what}{plural}{of}"


def _threads(report: Report, evidence: Evidence, markup: Markup, width: int) -> Iterator[str]:
    groups = thin(evidence.stacks, report.header.files)
    lines = []
    for group in groups[:SHOWN_THREADS]:
        names = ", ".join(map(clean, group.threads[:4]))
        more = len(group.threads) - 4
        lines.append(cut(names + (f" and {more} more" if more > 0 else ""), width - LABEL - 2))
        for frame in group.frames:
            text = cut(clean(str(frame)), width - LABEL - 6)
            lines.append(markup(f"  > {text}", "own") if frame.own else f"    {text}")
    if hidden := sum(len(group.threads) for group in groups[SHOWN_THREADS:]):
        lines.append(f"and {hidden} more threads")
    if lines:
        legend = "(> marks the implementation; frames of libraries and the suite are left out)"
        lines += textwrap.wrap(legend, width - LABEL - 2)
        yield from column("threads", lines)


def _lanes(evidence: Evidence, width: int) -> Iterator[str]:
    """The execution as it was drawn, its heading (the clause and what was seen) left out."""
    yield from column("events", [cut(clean(event), width - LABEL - 2) for event in _last(evidence)])
    if evidence.smaller:
        yield from labelled("execution", evidence.smaller, width)
    yield ""
    start = evidence.lanes.index("") if "" in evidence.lanes else 0
    yield from (clean(line) for line in evidence.lanes[start + 1 :])
    yield ""


def _last(evidence: Evidence) -> Sequence[str]:
    hidden = len(evidence.story) - SHOWN_EVENTS
    return (
        [f"... {hidden} before", *evidence.story[-SHOWN_EVENTS:]] if hidden > 0 else evidence.story
    )


# -- remarks and verdict -------------------------------------------------------------------------


def remark_lines(report: Report, *, markup: Markup = plain, width: int = WIDTH) -> list[str]:
    """Why clauses are open, what is stale, notes, and what no clause reached."""
    lines: list[str] = []
    if opened := _open_by_reason(report):
        lines += ["", markup("could not be judged", "head")]
        for why, clauses in opened.items():
            lines += paragraph(why, width)
            lines += paragraph(", ".join(clauses), width, indent=4)
    if weaker := _weaker(report):
        lines += ["", markup("less than the engine can show elsewhere", "head")]
        for why, clauses in weaker.items():
            lines += paragraph(why, width)
            lines += paragraph(", ".join(clauses), width, indent=4)
    if stale := stale_clauses(report):
        lines += ["", markup("listed as known failures, but passing: remove them", "bad")]
        for clause in stale:
            lines += labelled(clause, report.known[clause].reason, width)
    if report.coverage is not None:
        lines += ["", markup("not reached by any clause", "head")]
        for entry in report.coverage:
            lines += paragraph(_unreached(entry), width)
    if report.notes:
        lines += ["", markup("notes", "head")]
        for note in report.notes:
            lines += paragraph(note, width)
    return lines


def _open_by_reason(report: Report) -> dict[str, list[str]]:
    """The clauses that are blocked or unverified, by what is in their way."""
    found: dict[str, list[str]] = {}
    for standing in report.standings:
        if place_of(report, standing) in (Place.BLOCKED, Place.UNVERIFIED):
            by = f"blocked by {', '.join(standing.blocked_by)}" if standing.blocked_by else ""
            why = ": ".join(filter(None, (by, standing.reason))) or standing.status.value
            found.setdefault(why, []).append(standing.clause)
    return found


def _weaker(report: Report) -> dict[str, list[str]]:
    """The clauses for which there could be better evidence, by what stands in its way."""
    found: dict[str, list[str]] = {}
    for standing in report.standings:
        if standing.remark and standing.status is Status.PASSED:
            found.setdefault(standing.remark, []).append(standing.clause)
    return found


def _unreached(entry: Unreached) -> str:
    name = clean(entry.file)
    if not entry.statements:
        return f"{name}: was not measured"
    reached = entry.statements - len(entry.lines)
    parts = [f"{name}: {reached} of {entry.statements} statements reached"]
    if entry.lines:
        parts.append(f"lines {', '.join(_ranges(entry.lines))}")
    if entry.branches:
        pairs = (f"{start}->{end if end > 0 else 'exit'}" for start, end in entry.branches)
        parts.append(f"branches {', '.join(pairs)}")
    return "; not ".join(parts[:2]) + "".join(f"; not {part}" for part in parts[2:])


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    """'3 to 5', '9': neighbours put together."""
    numbers = sorted(numbers)
    start = 0
    for place in range(1, len(numbers) + 1):
        if place < len(numbers) and numbers[place] == numbers[place - 1] + 1:
            continue
        first, last = numbers[start], numbers[place - 1]
        yield str(first) if first == last else f"{first} to {last}"
        start = place


def verdict_line(report: Report, *, markup: Markup = plain) -> str:
    """The last line: the word, and how many clauses are in each place."""
    result = verdict(report)
    styles = {"conformant": "good", "nonconformant": "bad", "baseline stale": "bad"}
    return markup(clean(result.sentence), styles.get(result.word, "warn"))
