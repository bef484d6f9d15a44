"""The end of a session: from records to a report, its files, and the exit status."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

from taskqueue_conformance import baseline, measure, report_json, report_terminal
from taskqueue_conformance.contract import lookup
from taskqueue_conformance.records import Evidence, Record, merge
from taskqueue_conformance.report import Header, Report, verdict
from taskqueue_conformance.session import Options, Session, token_of

__all__ = ["conclude"]

SUITE_BROKEN = 3
"""Exit status when the suite itself could not do what it was asked."""


def conclude(
    session: Session,
    records: Sequence[Record],
    selection: str,
    began: float,
    option: Namespace,
) -> tuple[list[str], int]:
    """The lines for the terminal and the exit status; writes what files were asked for."""
    report = _report(session, records, selection, began, gate=option.tq_gate)
    code = verdict(report).exit_code
    lines: list[str] = []
    markup = report_terminal.ansi if _in_colour(option) else report_terminal.plain
    lines += report_terminal.render(
        report,
        repeat=_repeat(session.options),
        markup=markup,
        width=min(100, shutil.get_terminal_size((100, 24)).columns),
    )
    try:
        if option.tq_json:
            report_json.save(report, option.tq_json)
        if option.tq_write_baseline:
            lines += _write_baseline(report, option.tq_write_baseline, session.options)
    except (OSError, baseline.BaselineError) as exc:
        lines.append(f"taskqueue-conformance: {exc}")
        code = SUITE_BROKEN
    return lines, code


def _report(
    session: Session, records: Sequence[Record], selection: str, began: float, *, gate: bool
) -> Report:
    options = session.options
    about = session.about
    header = Header(
        target=options.target,
        name=about.get("name") or "",
        distribution=about.get("version") or "",
        files=list(about.get("files", ())),
        subset="handler" if about.get("not_applicable") else "",
        profile=options.profile,
        depth=options.depth.name,
        seed=options.seed,
        shard="" if options.shard == (1, 1) else f"{options.shard[0]}/{options.shard[1]}",
        timeout_factor=options.factor,
        seconds=round(time.time() - began, 1),
    )
    report = Report(
        header,
        standings=merge(records),
        known=dict(options.baseline),
        partial=selection,
        gate=gate,
    )
    if options.coverage_folder is not None:
        report.coverage = measure.combine(options.coverage_folder, header.files)
    return report


def _repeat(options: Options) -> report_terminal.Repeat:
    """How to see a piece of evidence again: its test on its scenario alone."""

    def repeat(clause: str, evidence: Evidence) -> str:
        words = ["pytest", "conformance" if _in_checkout() else "--pyargs"]
        words += [] if _in_checkout() else ["taskqueue_conformance.suite"]
        words += ["--impl", options.target] if options.given else []
        words += ["--tq-depth", options.depth.name, "--tq-seed", str(options.seed)]
        drawn = evidence.scenario == "drawn" or evidence.scenario.startswith("stress: ")
        if drawn or "job" in evidence.data:
            words += ["-k", "replay", "--tq-replay", token_of(evidence.data)]
        else:
            found = lookup(clause)
            words += ["-k", f"test_{found.section}_{found.number}_"]
            words += ["--tq-scenario", evidence.scenario]
        return shlex.join(words)

    return repeat


def _in_checkout() -> bool:
    return os.path.isdir(os.path.join("conformance", "taskqueue_conformance"))


def _in_colour(option: Namespace) -> bool:
    if option.color in ("yes", "no"):
        return bool(option.color == "yes")
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _write_baseline(report: Report, path: str, options: Options) -> list[str]:
    if report.partial:
        raise baseline.BaselineError(
            f"a baseline is written from a whole run, not from {report.partial}"
        )
    empty = baseline.update(
        path, report.standings, profile=options.profile, existing=options.baseline
    )
    if not empty:
        return [f"baseline written to {path}"]
    return [f"baseline written to {path}; fill in the reasons of {', '.join(empty)}"]
