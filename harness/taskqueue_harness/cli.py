"""The command line: ``python -m taskqueue_harness file.py:function``.

Exit codes: 0 nothing was found, 1 a failure was, 2 interrupted, 4 something given cannot be used,
6 nothing can be concluded (no controlled thread, something out of control, a program that does not
repeat itself, executions that did not come to their end).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shlex
import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from taskqueue_harness.diagram import WIDTH, draw
from taskqueue_harness.evidence import evidence
from taskqueue_harness.explore import explore, replay
from taskqueue_harness.findings import Finding, examine, races_of
from taskqueue_harness.outcome import INCONCLUSIVE as NOTHING_CONCLUDED
from taskqueue_harness.outcome import Bounds
from taskqueue_harness.regressions import recheck, save, saved_for
from taskqueue_harness.result import Result
from taskqueue_harness.schedule import BadToken
from taskqueue_harness.strategies import STRATEGIES, PreemptionBound, Strategy
from taskqueue_harness.targets import BadTarget, load_target
from taskqueue_harness.world.program import Program
from taskqueue_harness.world.sources import Unloadable

OK, FOUND, INTERRUPTED, UNUSABLE, INCONCLUSIVE = 0, 1, 2, 4, 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as error:
        return UNUSABLE if error.code else OK
    for stream in (sys.stdout, sys.stderr):
        # What a program under test says may hold what no terminal can be sent.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    command = _Command(options)
    try:
        return command.run()
    except (BadTarget, BadToken, Unloadable, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print(f"\ninterrupted{command.so_far()}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more; keep the interpreter from complaining when it flushes.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    bounds = Bounds()
    parser = argparse.ArgumentParser(
        prog="python -m taskqueue_harness",
        description="Run a function that starts threads under many schedules, or under one.",
        epilog="exit codes: 0 nothing found, 1 a failure found, 2 interrupted, 4 unusable, "
        "6 inconclusive (nothing under control, or something out of it)",
    )
    parser.add_argument("program", help="file.py:function or package.module:function, no arguments")
    search = parser.add_argument_group("search")
    search.add_argument("--strategy", choices=sorted(STRATEGIES), help="default: portfolio")
    search.add_argument("--executions", "--budget", type=_count, metavar="N", help="at most N")
    search.add_argument("--seconds", type=_positive, metavar="S", help="at most S seconds")
    search.add_argument("--seed", type=int, default=0, metavar="N", help="of a sampled search")
    search.add_argument(
        "--preemptions", type=_number, metavar="N", help="every schedule with up to N preemptions"
    )
    limits = parser.add_argument_group("bounds of an execution")
    limits.add_argument(
        "--timeouts", type=_number, default=bounds.early_timeouts, metavar="B",
        help=f"waits that may time out early (default {bounds.early_timeouts})",
    )  # fmt: skip
    limits.add_argument(
        "--polls", type=_count, default=bounds.polls, metavar="P",
        help=f"vain repetitions of an observation (default {bounds.polls})",
    )  # fmt: skip
    limits.add_argument(
        "--faults", type=_number, default=bounds.faults, metavar="F",
        help=f"injected faults, failed starts, interrupts (default {bounds.faults})",
    )  # fmt: skip
    limits.add_argument(
        "--steps", type=_count, default=bounds.steps, metavar="N",
        help=f"operations (default {bounds.steps})",
    )  # fmt: skip
    control = parser.add_argument_group("control")
    control.add_argument(
        "--scope", action="append", default=[], metavar="MODULE", help="control this module too"
    )
    control.add_argument(
        "--no-rewrite", action="store_true", help="variables are no operations, primitives alone"
    )
    control.add_argument(
        "--stall", type=_positive, default=5.0, metavar="S",
        help="seconds without an operation that count as out of control (default 5)",
    )  # fmt: skip
    failures = parser.add_argument_group("failures")
    failures.add_argument("--replay", metavar="TOKEN", help="run this schedule only")
    failures.add_argument("--save", metavar="NAME", help="keep a failing schedule as a regression")
    failures.add_argument("--svg", metavar="FILE", help="draw the failure into FILE")
    failures.add_argument(
        "--minimise", type=_number, default=2_000, metavar="N",
        help="executions to spend on making it small; 0: none (default 2000)",
    )  # fmt: skip
    failures.add_argument("--ascii", action="store_true", help="draw with ASCII alone")
    return parser


def _number(text: str) -> int:
    if (number := int(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return number


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not positive")
    return number


def _positive(text: str) -> float:
    if not 0 < (number := float(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of seconds")
    return number


class _Command:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.latest: Result | None = None
        self.shown = False
        self.unicode = not options.ascii and _shows_unicode()
        columns = shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH
        self.width = max(60, min(columns, WIDTH))

    def run(self) -> int:
        options = self.options
        program = load_target(options.program)
        if options.replay is not None:
            return self._replay(program, options.replay)
        strategy = self._strategy()
        for saved in saved_for(program):
            result = recheck(program, saved, scope=options.scope, stall=options.stall)
            if not result.ok:
                print(f"the schedule saved as {saved.name} fails")
                return self._conclude(program, result)
            print(f"the schedule saved as {saved.name} does not fail")
        result = explore(
            program,
            strategy=strategy,
            executions=options.executions,
            seconds=options.seconds,
            seed=options.seed,
            bounds=Bounds(
                early_timeouts=options.timeouts,
                polls=options.polls,
                faults=options.faults,
                steps=options.steps,
            ),
            scope=options.scope,
            rewrite=not options.no_rewrite,
            stall=options.stall,
            progress=self._progress,
        )
        return self._conclude(program, result)

    def _strategy(self) -> str | Strategy:
        options = self.options
        if options.preemptions is None:
            return str(options.strategy or "portfolio")
        if options.strategy not in (None, "preemptions"):
            raise ValueError(
                f"--preemptions is a strategy of its own: leave out --strategy {options.strategy}"
            )
        return PreemptionBound(options.preemptions)

    def _replay(self, program: Program, token: str) -> int:
        options = self.options
        result = replay(program, token, scope=options.scope, stall=options.stall)
        if not result.same_source:
            print(
                "error: the token is from another version of the source: its choices mean nothing "
                "here. Replay it on the source that it is from, or explore this one",
                file=sys.stderr,
            )
            return UNUSABLE
        print(textwrap.fill(result.summary(), self.width, subsequent_indent="    "))
        if result.verdict in NOTHING_CONCLUDED:
            return self._inconclusive(result)
        assert result.outcome is not None
        finding = Finding(token, result.outcome)
        finding.races = races_of(program, token, scope=options.scope, stall=options.stall)
        if result.ok:
            print()
            print(draw(finding.outcome, finding.races, width=self.width, unicode=self.unicode))
            return OK
        self._show(program, result, finding)
        return FOUND

    def _conclude(self, program: Program, result: Result) -> int:
        self._clear()
        print(textwrap.fill(result.summary(), self.width, subsequent_indent="    "))
        for line in evidence(result):
            print(textwrap.fill(line, self.width, initial_indent="  ", subsequent_indent="    "))
        if result.verdict in NOTHING_CONCLUDED:
            return self._inconclusive(result)
        if result.ok:
            return OK if result.grade != "unverified" else INCONCLUSIVE
        options = self.options
        finding = examine(
            program,
            result,
            scope=options.scope,
            replays=options.minimise,
            stall=options.stall,
        )
        if finding is None:
            print(result)
        else:
            self._show(program, result, finding)
        return FOUND

    def _inconclusive(self, result: Result) -> int:
        outcome = result.outcome
        if outcome is None:
            return INCONCLUSIVE  # no execution stands for the others, and the notes say why
        print(f"\n{result.verdict}: {outcome.message}")
        if outcome.traceback:
            print(outcome.traceback.rstrip())
        return INCONCLUSIVE

    def _show(self, program: Program, result: Result, finding: Finding) -> None:
        options = self.options
        print()
        print(finding.text(width=self.width, unicode=self.unicode))
        if result.output:
            print("\nit printed and logged:")
            print(result.output.rstrip())
        print(f"\ntoken   {finding.token}")
        print(f"replay  {self._command(finding.token)}")
        if options.svg:
            Path(options.svg).write_text(finding.svg(), encoding="utf-8")
            print(f"drawn   {options.svg}")
        if options.save:
            print(f"saved   {os.path.relpath(save(program, finding, options.save))}")
        elif not options.replay:
            print("keep    the same command with --save NAME: it is then replayed first")

    def _command(self, token: str) -> str:
        words = ["python", "-m", "taskqueue_harness", self.options.program, "--replay", token]
        for name in self.options.scope:
            words += ["--scope", name]
        return shlex.join(words)

    # -- progress

    def _progress(self, result: Result) -> None:
        self.latest = result
        left = f", about {result.remaining:,.0f} left" if result.remaining is not None else ""
        line = f"{result.executions:,} schedules, {result.rate:,.0f}/s{left}"
        if sys.stderr.isatty():
            self.shown = True
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
        elif round(result.seconds) in (1, 2, 4, 8, 16) or round(result.seconds) % 30 == 0:
            print(line, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def so_far(self) -> str:
        """What was done before an interrupt, if it is known."""
        if self.latest is None:
            return ""
        return f": {self.latest.executions:,} schedules in {self.latest.seconds:.0f} s, none failed"


def _shows_unicode() -> bool:
    try:
        "│─┼●…✗■⋮↯".encode(sys.stdout.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
