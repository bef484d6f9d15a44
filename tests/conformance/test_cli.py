"""The command line: nothing but a complete run that agrees with its report gives a verdict."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taskqueue_conformance import cli, gate, report_json
from taskqueue_conformance.contract import CLAUSES, clauses_of

DEADLINE = 120.0
"""Seconds; only reached if something hangs."""


def command_line(
    *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as a user runs it."""
    return subprocess.run(
        [sys.executable, "-m", "taskqueue_conformance.cli", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )


Pretend = Callable[[str], None]


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Have the gate run a line of Python instead of pytest; `report` is where the report goes."""

    def choose(code: str) -> None:
        def command(options: Any, report: Path, *, workers: str = "") -> list[str]:
            return [sys.executable, "-c", f"report = {str(report)!r}\n{code}"]

        monkeypatch.setattr(gate, "command", command)

    return choose


@pytest.fixture
def a_report(make_report: Any, tmp_path: Path) -> str:
    """Code that leaves a complete, green report, as a run would."""
    path = tmp_path / "whole.json"
    report_json.save(make_report(), path)
    return f"import shutil, sys; shutil.copy({str(path)!r}, report)\n"


# -- whose word is taken -------------------------------------------------------------------------


def test_a_complete_report_that_agrees_is_a_verdict(
    pretend: Pretend, a_report: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend(a_report)
    assert cli.main(["m:Q", f"--json={tmp_path / 'new' / 'r.json'}"]) == 0
    assert capfd.readouterr().out.endswith("conformant to core: 30 of 30 verified\n")
    assert report_json.load(tmp_path / "new" / "r.json").header.target == "mymodule:TaskQueue"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os._exit(0)", "ended with 0, but it left no report"),
        ("import os; os._exit(1)", "ended with 1, but it left no report"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "was killed by SIGSEGV"),
        ("open(report, 'w').write('{\"schema\": 1,')", "was cut off"),
        ("open(report, 'w').write('{\"schema\": 1}')", "is not complete"),
        ("import os; os._exit(77)", "ended with 77"),
        ("import os; os._exit(3)", "the suite itself failed"),
    ],
)
def test_whatever_ends_the_run_early_is_no_verdict(
    code: str, said: str, pretend: Pretend, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend(code)
    assert cli.main(["m:Q"]) == 3
    assert said in capfd.readouterr().err


@pytest.mark.parametrize("status", [1, 6])
def test_a_status_that_differs_from_the_report_is_no_verdict(
    status: int, pretend: Pretend, a_report: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend(f"{a_report}sys.exit({status})")
    assert cli.main(["m:Q"]) == 3
    assert f"ended with {status}, but its report comes to 0" in capfd.readouterr().err


def test_a_red_report_cannot_pass_with_status_0(
    pretend: Pretend, make_report: Any, records: Any, tmp_path: Path
) -> None:
    path = tmp_path / "red.json"
    report_json.save(make_report({"TQ-2.4": records.failing("TQ-2.4")}), path)
    copy = f"import shutil, sys; shutil.copy({str(path)!r}, report); sys.exit"
    pretend(f"{copy}(0)")
    assert cli.main(["m:Q"]) == 3
    pretend(f"{copy}(1)")
    assert cli.main(["m:Q"]) == 1


@pytest.mark.parametrize(("status", "code"), [(2, 2), (4, 4), (5, 5)])
def test_pytests_own_codes_pass(status: int, code: int, pretend: Pretend) -> None:
    pretend(f"raise SystemExit({status})")
    assert cli.main(["m:Q"]) == code


def test_no_earlier_report_is_left_to_be_taken_for_this_one(
    pretend: Pretend, tmp_path: Path
) -> None:
    for name in ("r.json", "badge.json"):
        (tmp_path / name).write_text("an earlier one")
    pretend("import os; os._exit(0)")
    options = [f"--json={tmp_path / 'r.json'}", f"--badge={tmp_path / 'badge.json'}"]
    assert cli.main(["m:Q", *options]) == 3
    assert not (tmp_path / "r.json").exists()
    assert not (tmp_path / "badge.json").exists()


# -- errors of use -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: TARGET"),
        ([""], "name an implementation, for example mymodule:TaskQueue"),
        (["m:Q", "--profile", "loose"], "invalid choice: 'loose'"),
        (["m:Q", "--prof", "core"], "unrecognized arguments"),
        (["m:Q", "--timeout", "0"], "'0' is not a number above 0"),
        (["m:Q", "--timeout", "nan"], "'nan' is not a number above 0"),
        (["m:Q", "-n", "0"], "'0' is neither a number above 0 nor auto"),
        (["m:Q", "--baseline", "no-such.toml"], "there is no baseline no-such.toml"),
        (["m:Q", "--json", "/dev/null/r.json"], "/dev/null/r.json cannot be written"),
        (["show"], "required: report"),
    ],
)
def test_errors_of_use_are_4_since_2_means_interrupted(
    arguments: list[str], said: str, pretend: Pretend, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend("raise SystemExit(0)")
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 4
    assert said in capsys.readouterr().err


def test_options_reach_the_plugin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[Any] = []

    def run(options: list[str], *, workers: str) -> gate.Result:
        given.extend([options, workers])
        return gate.Result(0)

    monkeypatch.setattr(gate, "run", run)
    monkeypatch.chdir(tmp_path)
    words = "m:Q --profile strict --depth deep --timeout 2 --seed 7 -n 2 --cov --junit j.xml"
    cli.main([*words.split(), "-k", "TQ-2.4 or TQ-1.1"])
    options, workers = given
    assert workers == "2"
    assert options == [
        "--tq-impl=m:Q",
        "--tq-profile=strict",
        "--tq-depth=deep",
        "--tq-timeout=2.0",
        "--tq-seed=7",
        f"--junitxml={tmp_path / 'j.xml'}",
        "--tq-cov",
        "-k",
        "test_2_4_ or test_1_1_",
    ]


# -- files for a code forge ----------------------------------------------------------------------


def test_summary_and_badge(
    pretend: Pretend,
    a_report: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("what another step wrote\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    pretend(a_report)
    assert cli.main(["m:Q", "--summary", f"--badge={tmp_path / 'badge.json'}"]) == 0
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == "conformant"
    assert summary.read_text().startswith("what another step wrote\n## `mymodule:TaskQueue`")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    cli.main(["m:Q", "--summary"])
    assert "## `mymodule:TaskQueue`" in capfd.readouterr().out


# -- other commands ------------------------------------------------------------------------------


def test_show_prints_a_report_again(
    make_report: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report_json.save(make_report(), tmp_path / "r.json")
    assert cli.main(["show", str(tmp_path / "r.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "conformant to core: 30 of 30 verified"
    (tmp_path / "r.json").write_text("{")
    assert cli.main(["show", str(tmp_path / "r.json")]) == 4
    assert "cut off" in capsys.readouterr().err


def test_clauses_prints_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["clauses"]) == 0
    out = capsys.readouterr().out
    flat = " ".join(out.split())
    for clause in CLAUSES:
        assert f"{clause.id} {clause.profile} {clause.sentence}" in flat
    assert max(map(len, out.splitlines())) <= 100
    cli.main(["clauses", "--profile", "core"])
    shown = [line.split()[0] for line in capsys.readouterr().out.splitlines() if "  TQ-" in line]
    assert shown == [clause.id for clause in clauses_of("core")]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("argument", ["clauses", "--help"])
def test_a_reader_that_goes_away_is_no_traceback(
    tmp_path: Path, unbuffered: str, argument: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "taskqueue_conformance.cli", argument],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        cwd=tmp_path,
        text=True,
        timeout=DEADLINE,
    )
    os.close(writer)
    assert done.stderr == ""


# -- for real ------------------------------------------------------------------------------------

TARGET = "taskqueue_reference:TaskQueue"


PACKAGES = ("taskqueue_conformance", "taskqueue_harness", "taskqueue_reference")


@pytest.fixture
def hostile_host(tmp_path: Path) -> Path:
    """A project whose settings and files would break, or fake, any run of pytest in it.

    The suite is installed inside of it, as in a virtual environment in the project's folder.
    """
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npython_files = *_spec.py\npython_functions = spec_*\naddopts = --no-such\n"
    )
    (tmp_path / "tests").mkdir()
    names = ("pytest.py", "pytest_repeat.py", "hypothesis.py", "plugin.py", "conftest.py")
    for name in (*names, "tests/conftest.py"):
        (tmp_path / name).write_text("raise SystemExit(0)\n")
    for name in PACKAGES:
        package = importlib.import_module(name)
        assert package.__file__ is not None
        shutil.copytree(Path(package.__file__).parent, tmp_path / "venv" / name)
    return tmp_path


def test_the_hosts_settings_do_not_apply(hostile_host: Path) -> None:
    """Run by the installed script, as `python -m` would itself import the host's files."""
    script = Path(sys.executable).with_name("taskqueue-conformance")
    if not script.exists():
        pytest.skip("the distribution is not installed in this environment")
    done = subprocess.run(
        [str(script), TARGET, "--depth=quick", "-k", "TQ-3.8", "--json=r.json", "--junit=j.xml"],
        cwd=hostile_host,
        env={
            **os.environ,
            "PYTHONPATH": str(hostile_host / "venv"),
            "PYTEST_ADDOPTS": "--no-such-option",
            "PYTEST_PLUGINS": "no_such",
        },
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    assert done.returncode == 6, done.stdout + done.stderr
    assert done.stdout.endswith("incomplete for core: 1 of 30 verified, 29 not run\n")
    report = report_json.load(hostile_host / "r.json")
    assert report.header.files == [
        str(hostile_host / "venv" / "taskqueue_reference" / "task_queue.py")
    ]
    (standing,) = [entry for entry in report.standings if entry.tests]
    assert standing.clause == "TQ-3.8"
    assert ElementTree.parse(hostile_host / "j.xml").getroot().findall(".//testcase")
    assert not list(hostile_host.rglob(".pytest_cache"))


def test_an_unusable_target_is_4_with_one_clear_line(tmp_path: Path) -> None:
    done = command_line("no_such_module_here:Queue", "--depth=quick", cwd=tmp_path)
    assert done.returncode == 4
    assert "there is no module 'no_such_module_here'" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


# A job in the background of a shell script ignores SIGINT, and so does what it starts.
HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
IGNORING = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "


@pytest.mark.parametrize(
    ("state", "number"),
    [(HEEDING, signal.SIGINT), (HEEDING, signal.SIGTERM), (IGNORING, signal.SIGTERM)],
)
def test_an_interrupt_passes_through(state: str, number: int, tmp_path: Path) -> None:
    """Sent to the command line alone, it ends the run; nothing is left behind."""
    start = f"{state}import sys; from taskqueue_conformance.cli import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", start, TARGET, "--depth=deep"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert "conformance of" in process.stdout.readline()
        process.send_signal(number)
        # The pipe's end is read only when every process that writes into it has ended.
        rest, _ = process.communicate(timeout=DEADLINE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.returncode == 2
    assert "interrupted: there is no verdict" in rest
    if state == HEEDING:
        assert "KeyboardInterrupt" in rest, "pytest was killed instead of ending in order"
