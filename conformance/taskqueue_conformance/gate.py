"""The gate: the suite in a pytest of its own, whose word is taken only with a complete report.

The host's pytest settings do not apply: the child has its own configuration file, loads only the
plugins that the suite needs, and none of the host's conftest files.  Whatever ends the child
early (a signal, ``os._exit``, a crash) leaves no complete report, and that is never a pass.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from taskqueue_conformance import report_json
from taskqueue_conformance.report import Report, verdict

__all__ = ["Result", "command", "environment", "judge", "run"]

INTERRUPTED, SUITE_FAILED, UNUSABLE, NOTHING_COLLECTED = 2, 3, 4, 5

_VERDICTS = (0, 1, 6)
"""Exit statuses that speak of the implementation, and must agree with the report."""

_HERE = Path(__file__).resolve().parent
_CONFIG = _HERE / "gate.ini"
_SUITE = _HERE / "suite"

_PLUGINS = ("taskqueue_conformance.plugin", "pytest_repeat")

# Not `-m pytest`: that puts the current directory first on sys.path, where a user's queue.py or
# types.py would be imported instead of the library's.
_START = (
    "import sys; sys.path[0] or sys.path.pop(0); import pytest; raise SystemExit(pytest.main())"
)

_HOST_SETTINGS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_THEME", "PYTEST_THEME_MODE")

INTERRUPT_GRACE = 3.0
"""Seconds until an interrupt is passed on to a child that may have received it by itself."""

END_GRACE = 15.0
"""Seconds for the child to end in order after that, before it is killed."""


@dataclass(frozen=True)
class Result:
    """What came of a run.

    Attributes:
        exit_code: of the command line.
        report: the complete report, None if there is no verdict.
        complaint: a sentence, where there is no verdict; "" if pytest has said why.
    """

    exit_code: int
    report: Report | None = None
    complaint: str = ""


def command(options: Sequence[str], report: Path, *, workers: str = "") -> list[str]:
    """The child's command line.

    Args:
        options: of pytest and of the suite's plugin.
        report: where the report goes.
        workers: how many processes pytest-xdist starts, "" to go without it.
    """
    plugins = [*_PLUGINS, *(["xdist.plugin"] if workers else [])]
    return [
        sys.executable,
        "-c",
        _START,
        *(part for name in plugins for part in ("-p", name)),
        *("-p", "no:cacheprovider"),
        *("-c", str(_CONFIG), "--rootdir", str(_SUITE)),
        *(("-n", workers) if workers else ()),
        *("--tq-gate", f"--tq-json={report}"),
        *options,
        str(_SUITE),
    ]


def environment(host: Mapping[str, str]) -> dict[str, str]:
    """The child's environment: the host's, without what configures pytest."""
    kept = {name: value for name, value in host.items() if name not in _HOST_SETTINGS}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(options: Sequence[str], *, workers: str = "") -> Result:
    """Run the suite in a child; its output goes where this process's goes."""
    with tempfile.TemporaryDirectory(prefix="taskqueue-conformance-") as folder:
        report = Path(folder) / "report.json"
        sys.stdout.flush()
        with _terminable():
            process = subprocess.Popen(
                command(options, report, workers=workers), env=environment(os.environ)
            )
            status = _wait(process)
        return judge(status, report)


def judge(status: int, path: Path) -> Result:
    """What a child that ended with `status` and was to leave a report at `path` comes to."""
    if status in (INTERRUPTED, -signal.SIGINT):
        return Result(INTERRUPTED, complaint="interrupted: there is no verdict")
    if status == UNUSABLE:
        return Result(UNUSABLE)
    if status == NOTHING_COLLECTED:
        return Result(status, complaint="no test was selected; see the names with -k test_")
    if status == SUITE_FAILED:
        return Result(status, complaint="the suite itself failed, see above: there is no verdict")
    how = f"was killed by {_signal_name(-status)}" if status < 0 else f"ended with {status}"
    if status not in _VERDICTS:
        return Result(SUITE_FAILED, complaint=f"the run {how}: there is no verdict")
    try:
        report = report_json.load(path)
    except report_json.ReportError as exc:
        why = "it left no report" if not path.exists() else str(exc)
        return Result(SUITE_FAILED, complaint=f"the run {how}, but {why}: there is no verdict")
    expected = verdict(report)
    if expected.exit_code != status:
        return Result(
            SUITE_FAILED,
            complaint=f"the run {how}, but its report comes to {expected.exit_code} "
            f"({expected.sentence}); something besides the clauses went wrong, see above",
        )
    return Result(status, report)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


# -- interrupts ----------------------------------------------------------------------------------


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """A SIGTERM is an interrupt, so that it does not leave the child behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """The child's exit status.  An interrupt lets it end in order, and kills it only at last."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        pass
    try:
        # From a terminal the child has had the interrupt, too; a second would cut its clean-up.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(INTERRUPT_GRACE)
            return INTERRUPTED
        # In the background of a script both ignore SIGINT; what came is then a SIGTERM.
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        process.send_signal(signal.SIGTERM if ignored else signal.SIGINT)
        process.wait(END_GRACE)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
    return INTERRUPTED
