"""Known failures: the clauses that an implementation is known to miss, each with its reason.

A baseline is a TOML file with one table per clause, keyed by its id (the quotes are needed)::

    ["TQ-2.12"]
    reason = "one sentinel per consumer; a consumer that asks twice takes another's"  # required
    issue = "https://example.org/issues/7"   # optional: where it is being worked on
    until = 2027-03-01                       # optional: the last day on which it is excused
    when = 'python_version >= "3.13"'        # optional: see `taskqueue_conformance.condition`
    flaky = true                             # optional: it may pass, too

It is two-sided: a clause that is listed and passes makes the verdict fail as well, unless it is
flaky, so that the list says what is and not what once was.
"""

from __future__ import annotations

import datetime
import importlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskqueue_conformance import condition
from taskqueue_conformance.contract import CLAUSES, CONTRACT_VERSION, lookup
from taskqueue_conformance.records import Standing, Status

__all__ = [
    "EXCUSABLE",
    "Baseline",
    "BaselineError",
    "KnownFailure",
    "applicable",
    "dump",
    "load",
    "parse",
    "stale",
    "update",
]

# By name, since a type checker that runs on 3.11 does not find tomli, nor one on 3.10 tomllib.
_toml: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

EXCUSABLE = (Status.FAILED, Status.BLOCKED)
"""What an entry excuses.  A clause that was not looked at is not known to fail."""


class BaselineError(ValueError):
    """A baseline that cannot be used; the message names file and line and says what to write."""


@dataclass(frozen=True)
class KnownFailure:
    """Why a clause is excused.

    Attributes:
        reason: a sentence; never empty in a baseline that loads.
        issue: where it is being worked on, or "".
        until: the last day on which it is excused, as ``YYYY-MM-DD``, or "" for no end.
        when: the condition under which it applies, or "" for always.
        flaky: whether the clause may pass, too.
    """

    reason: str
    issue: str = ""
    until: str = ""
    when: str = ""
    flaky: bool = False

    def expired(self, today: str) -> bool:
        """Whether the day `today` (``YYYY-MM-DD``) is past the last one."""
        return bool(self.until) and self.until < today


Baseline = dict[str, KnownFailure]
"""By id of the clause."""


def load(path: str | Path) -> Baseline:
    """The known failures listed in a file.

    Raises:
        BaselineError: the file cannot be read, or `parse` refuses it.
    """
    return parse(_read(Path(path)), str(path))


def parse(text: str, name: str = "baseline", *, unfinished: bool = False) -> Baseline:
    """The known failures listed in `text`.

    Args:
        text: TOML, as described at the top of this module.
        name: of the file, for messages.
        unfinished: let empty reasons pass, as `dump` writes them.

    Raises:
        BaselineError: no TOML, an unknown or repeated clause, an unknown key, a value that cannot
            be used, or a reason that is missing or empty.
    """
    try:
        data: dict[str, Any] = _toml.loads(text)
    except ValueError as exc:
        raise BaselineError(f"{name} is not TOML: {exc}{_hint(str(exc))}") from None
    known = {clause.id for clause in CLAUSES}
    found: Baseline = {}
    for clause, entry in data.items():
        where = f"{name}:{_line_of(text, clause)}"
        if clause not in known:
            raise BaselineError(f"{where}: {_unknown(clause, entry)}")
        if not isinstance(entry, dict):
            raise BaselineError(
                f"{where}: {clause} must be a table that begins with {_head(clause)}"
            )
        found[clause] = _entry(clause, entry, where, unfinished)
    return found


def _hint(message: str) -> str:
    return "; each clause is listed once" if "twice" in message or "overwrite" in message else ""


def _unknown(clause: str, entry: Any) -> str:
    if re.fullmatch(r"TQ-\d+", clause) and isinstance(entry, dict) and entry:
        return f'the id needs quotes: write ["{clause}.{next(iter(entry))}"]'
    return f"there is no clause {clause!r} in contract version {CONTRACT_VERSION}"


def _entry(clause: str, entry: Mapping[str, Any], where: str, unfinished: bool) -> KnownFailure:
    def fail(sentence: str) -> BaselineError:
        return BaselineError(f"{where}: {clause} {sentence}")

    values = dict(entry)
    if not unfinished and "reason" not in values:
        raise fail('has no reason; add reason = "why it is known to fail"')
    texts = {key: values.pop(key, "") for key in ("reason", "issue", "when")}
    until, flaky = values.pop("until", None), values.pop("flaky", False)
    if values:
        keys = ", ".join(sorted(values))
        raise fail(f"has an unknown key {keys}; there are reason, issue, until, when, flaky")
    for key, value in texts.items():
        if not isinstance(value, str):
            raise fail(f'has a {key} that is not text; write {key} = "..."')
    if not unfinished and not texts["reason"].strip():
        raise fail("has an empty reason; say why it is known to fail")
    if not isinstance(flaky, bool):
        raise fail("has flaky that is neither true nor false")
    if until is not None and type(until) is not datetime.date:
        raise fail("has an until that is not a date; write until = 2027-03-01, without quotes")
    if texts["when"]:
        try:
            condition.evaluate(texts["when"])
        except condition.ConditionError as exc:
            raise fail(f"has a when that cannot be used: {exc}") from None
    return KnownFailure(until=until.isoformat() if until else "", flaky=flaky, **texts)


def _line_of(text: str, clause: str) -> int:
    """The line in which a clause's table begins, 1 if it is written in some other way."""
    bare = re.escape(clause)
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*(\[\s*)?[\"']?{bare}\b", line):
            return number
    return 1


def applicable(
    baseline: Mapping[str, KnownFailure], values: Mapping[str, str] | None = None
) -> Baseline:
    """The entries whose condition holds, by default for this interpreter."""
    return {
        clause: known
        for clause, known in baseline.items()
        if not known.when or condition.evaluate(known.when, values)
    }


def stale(baseline: Mapping[str, KnownFailure], standings: Iterable[Standing]) -> list[str]:
    """The clauses that are listed and pass: their entries are to be removed.

    Args:
        baseline: the entries that apply here, see `applicable`.
        standings: of a whole run; after a part of one, a clause may pass for want of a test.
    """
    return [
        standing.clause
        for standing in standings
        if standing.status is Status.PASSED
        and standing.clause in baseline
        and not baseline[standing.clause].flaky
    ]


def dump(
    standings: Sequence[Standing], existing: Mapping[str, KnownFailure], *, profile: str
) -> str:
    """A baseline, as TOML, that lists what fails now.

    Each clause of `profile` that fails or is blocked is listed; one that is new has an empty
    reason, and `load` refuses the file until it is filled in.  An existing entry is kept as it is
    unless it is stale.
    """
    gone = {*stale(applicable(existing), standings)}
    by_clause = {standing.clause: standing for standing in standings}
    lines = [
        f"# Known failures, by clause of contract version {CONTRACT_VERSION}.",
        "# Each needs a reason; a clause that passes must not be listed.",
    ]
    for clause in CLAUSES:
        standing, known = by_clause.get(clause.id), existing.get(clause.id)
        fails = standing is not None and standing.status in EXCUSABLE and clause.within(profile)
        if clause.id in gone or not (known or fails):
            continue
        lines += ["", f"# {clause.sentence}"]
        if standing is not None and standing.status in EXCUSABLE:
            lines.append(f"# {_comment(standing)}")
        lines += [_head(clause.id), *_keys(known or KnownFailure(""))]
    return "\n".join(lines) + "\n"


def _comment(standing: Standing) -> str:
    if standing.status is Status.BLOCKED:
        return f"blocked by {', '.join(standing.blocked_by) or 'another clause'}"
    seen = standing.evidence[0].seen if standing.evidence else standing.reason
    return "seen: " + " ".join("".join(c if c.isprintable() else " " for c in seen).split())[:160]


def _head(clause: str) -> str:
    return f'["{clause}"]'


def _keys(known: KnownFailure) -> Iterable[str]:
    yield f"reason = {_quote(known.reason)}"
    if known.issue:
        yield f"issue = {_quote(known.issue)}"
    if known.until:
        yield f"until = {known.until}"
    if known.when:
        yield f"when = {_quote(known.when)}"
    if known.flaky:
        yield "flaky = true"


def _quote(text: str) -> str:
    # A JSON string is a TOML one, but for DEL, and for what is written as a pair of surrogates.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def update(
    path: str | Path,
    standings: Sequence[Standing],
    *,
    profile: str,
    existing: Mapping[str, KnownFailure] | None = None,
) -> list[str]:
    """Write what fails now to `path`; the ids whose reasons are still to be filled in.

    Args:
        path: of the file; entries that it has already are kept, even without a reason.
        standings: of a whole run.
        profile: whose clauses are listed.
        existing: entries of another baseline to take over.

    Raises:
        BaselineError: `path` holds something else than a baseline, or cannot be written.
    """
    path = Path(path)
    kept = dict(existing or {})
    if path.exists():
        there = parse(_read(path), str(path), unfinished=True)
        kept = {**there, **kept}
    text = dump(standings, kept, profile=profile)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise BaselineError(f"the baseline {path} cannot be written: {exc.strerror}") from None
    written = parse(text, str(path), unfinished=True)
    return [lookup(clause).id for clause, known in written.items() if not known.reason.strip()]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BaselineError(
            f"there is no baseline {path}; make one with --write-baseline {path}"
        ) from None
    except UnicodeDecodeError:
        raise BaselineError(f"the baseline {path} is not UTF-8 text") from None
    except OSError as exc:
        raise BaselineError(f"the baseline {path} cannot be read: {exc.strerror}") from None
