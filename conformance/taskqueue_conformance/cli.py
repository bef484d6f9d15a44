"""The command line: the gate, a report shown again, and the contract as a table."""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from taskqueue_conformance import (
    baseline,
    gate,
    layout,
    report_json,
    report_markdown,
    report_merge,
    report_terminal,
)
from taskqueue_conformance.contract import CONTRACT_VERSION, PROFILES, SECTIONS, clauses_of
from taskqueue_conformance.depth import DEFAULT, DEPTHS
from taskqueue_conformance.report import Report, verdict

__all__ = ["main"]

PROGRAM = "taskqueue-conformance"

_EPILOG = """\
exit codes:
  0  conformant to the chosen profile, or only known failures
  1  nonconformant, or the baseline is stale or expired
  2  interrupted
  3  the suite itself failed: no verdict
  4  the target, the baseline or an option cannot be used
  5  no test was selected
  6  incomplete: a required clause is blocked, unverified or was not run

other commands:
  taskqueue-conformance show REPORT.json     print a report again
  taskqueue-conformance merge REPORT.json... put the reports of all shards together
  taskqueue-conformance clauses              print the contract
"""


class _Parser(argparse.ArgumentParser):
    """argparse's own status for errors, 2, means interrupted here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(gate.UNUSABLE, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    commands = {"show": _show, "merge": _merge, "clauses": _clauses}
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            if arguments and arguments[0] in commands:
                return commands[arguments[0]](arguments[1:])
            return _gate(arguments)
        finally:
            sys.stdout.flush()  # here, where a reader that has gone (`| head`) can be caught
    except BrokenPipeError:
        # What is still in the buffer would raise once more at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return gate.SUITE_FAILED
    except KeyboardInterrupt:
        return gate.INTERRUPTED


def _complain(sentence: str) -> None:
    print(f"{PROGRAM}: {sentence}", file=sys.stderr)


# -- the gate ------------------------------------------------------------------------------------


def _gate(arguments: Sequence[str]) -> int:
    parser = _gate_parser()
    chosen = parser.parse_args(arguments)
    if chosen.baseline is not None:
        try:
            baseline.load(chosen.baseline)
        except baseline.BaselineError as exc:
            parser.error(str(exc))
    if chosen.workers and importlib.util.find_spec("xdist") is None:
        parser.error("-n needs pytest-xdist: pip install pytest-xdist")
    for path in (chosen.json, chosen.badge):
        _clear(parser, path)
    result = gate.run(_plugin_options(chosen), workers=chosen.workers or "")
    if result.report is None:
        if result.complaint:
            _complain(result.complaint)
        return result.exit_code
    try:
        _deliver(result.report, chosen)
    except OSError as exc:
        _complain(f"{exc.filename} cannot be written: {exc.strerror}")
        return gate.SUITE_FAILED
    print(verdict(result.report).sentence)
    return result.exit_code


def _gate_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Tell whether a TaskQueue is right, and let nothing incomplete pass.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "target",
        metavar="TARGET",
        type=_target,
        help="pkg.mod:Attribute, pkg.mod (its TaskQueue) or path/to/file.py:Attribute",
    )
    parser.add_argument("--profile", choices=PROFILES, default="core", help="default: core")
    parser.add_argument(
        "--depth", choices=tuple(DEPTHS), default=DEFAULT, help=f"default: {DEFAULT}"
    )
    parser.add_argument("--baseline", metavar="FILE", type=Path, help="known failures (TOML)")
    parser.add_argument(
        "--write-baseline", metavar="FILE", type=Path, help="write what fails now as a baseline"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the report")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write pytest's JUnit report")
    parser.add_argument("--badge", metavar="FILE", type=Path, help="write a shields.io endpoint")
    parser.add_argument(
        "--summary",
        action="store_true",
        help="append a summary to $GITHUB_STEP_SUMMARY and print annotations",
    )
    parser.add_argument(
        "--timeout", metavar="FACTOR", type=_factor, help="multiply all waiting times"
    )
    parser.add_argument("--seed", metavar="N", type=int, help="of everything that is drawn")
    parser.add_argument("--shard", metavar="I/N", help="do the I-th of N parts; see merge")
    parser.add_argument(
        "-n",
        dest="workers",
        metavar="N",
        type=_workers,
        help="processes (pytest-xdist)",
    )
    parser.add_argument("--cov", action="store_true", help="tell what no clause reached")
    parser.add_argument(
        "-k",
        dest="keyword",
        metavar="EXPR",
        help="run a part, for example 'TQ-2.4 or TQ-3.1'; the result is incomplete (6)",
    )
    return parser


def _target(text: str) -> str:
    if not text.strip() or text.startswith("-"):
        raise argparse.ArgumentTypeError("name an implementation, for example mymodule:TaskQueue")
    return text


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not (math.isfinite(factor) and factor > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0, for example 2")
    return factor


def _workers(text: str) -> str:
    if text != "auto" and not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number above 0 nor auto")
    return text


def _plugin_options(chosen: argparse.Namespace) -> list[str]:
    """The choices as options of the suite's plugin and of pytest."""
    given = {
        "--tq-impl": chosen.target,
        "--tq-profile": chosen.profile,
        "--tq-depth": chosen.depth,
        "--tq-timeout": chosen.timeout,
        "--tq-seed": chosen.seed,
        "--tq-shard": chosen.shard,
        "--tq-baseline": chosen.baseline,
        "--tq-write-baseline": chosen.write_baseline,
        "--junitxml": chosen.junit,
    }
    options = [
        f"{name}={value.absolute() if isinstance(value, Path) else value}"
        for name, value in given.items()
        if value is not None
    ]
    if chosen.cov:
        options.append("--tq-cov")
    if chosen.keyword is not None:
        options += ["-k", re.sub(r"TQ-(\d+)\.(\d+)", r"test_\1_\2_", chosen.keyword)]
    return options


def _clear(parser: argparse.ArgumentParser, path: Path | None) -> None:
    """Remove an earlier run's file: if this run is cut off, nothing may pass for its result."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    except OSError as exc:
        parser.error(f"{path} cannot be written: {exc.strerror}")
    if not os.access(path.parent, os.W_OK):
        parser.error(f"{path} cannot be written: no permission for its folder")


def _deliver(report: Report, chosen: argparse.Namespace) -> None:
    """Write the files that were asked for, from a report that is complete.

    Raises:
        OSError: one cannot be written.
    """
    if chosen.json is not None:
        report_json.save(report, chosen.json)
    if chosen.badge is not None:
        data = report_markdown.badge(report)
        if data is None:
            print(f"no badge is written from a part of a run ({report.partial})")
        else:
            chosen.badge.write_text(json.dumps(data) + "\n", encoding="utf-8")
    if chosen.summary:
        workspace = os.environ.get("GITHUB_WORKSPACE")
        root = Path(workspace) if workspace else Path.cwd()
        print(*report_markdown.error_commands(report, root=root), sep="\n")
        text = report_markdown.summary(report)
        if path := os.environ.get("GITHUB_STEP_SUMMARY"):
            with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        else:
            print(text)


# -- other commands ------------------------------------------------------------------------------


def _columns() -> int:
    return min(layout.WIDTH, max(60, shutil.get_terminal_size((100, 24)).columns))


def _show(arguments: Sequence[str]) -> int:
    parser = _Parser(prog=f"{PROGRAM} show", description="Print a report again.")
    parser.add_argument("report", type=Path, help="as --json wrote it")
    chosen = parser.parse_args(arguments)
    try:
        report = report_json.load(chosen.report)
    except report_json.ReportError as exc:
        _complain(str(exc))
        return gate.UNUSABLE
    _print(report)
    return 0


def _merge(arguments: Sequence[str]) -> int:
    parser = _Parser(prog=f"{PROGRAM} merge", description="Put the reports of all shards together.")
    parser.add_argument("reports", nargs="+", type=Path, help="as --json wrote them, one per shard")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the whole")
    chosen = parser.parse_args(arguments)
    try:
        report = report_merge.merge_reports([report_json.load(path) for path in chosen.reports])
        if chosen.json is not None:
            report_json.save(report, chosen.json)
    except (report_json.ReportError, OSError) as exc:
        _complain(str(exc))
        return gate.UNUSABLE
    _print(report)
    return verdict(report).exit_code


def _print(report: Report) -> None:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    markup = report_terminal.ansi if colour else report_terminal.plain
    print(*report_terminal.render(report, markup=markup, width=_columns()), sep="\n")


def _clauses(arguments: Sequence[str]) -> int:
    parser = _Parser(prog=f"{PROGRAM} clauses", description="Print the contract.")
    parser.add_argument("--profile", choices=PROFILES, default="strict", help="default: strict")
    chosen = parser.parse_args(arguments)
    demanded = list(clauses_of(chosen.profile))
    print(f"contract version {CONTRACT_VERSION}, profile {chosen.profile}: {len(demanded)} clauses")
    for number, title in SECTIONS.items():
        print(f"\n{number} {title}")
        for clause in demanded:
            if clause.section == number:
                head = f"  {clause.id:<8} {clause.profile:<9} "
                print(
                    textwrap.fill(
                        clause.sentence,
                        _columns(),
                        initial_indent=head,
                        subsequent_indent=" " * len(head),
                    )
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
