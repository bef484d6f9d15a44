"""The command line: what it says, what it keeps, and its exit codes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taskqueue_harness.cli import main
from taskqueue_harness.world.forms import NOT_MODELLED

PROGRAMS = """
import os, threading, time

class Counter:
    n = 0

def add(counter):
    counter.n += 1

def add_safely(counter, lock):
    with lock:
        counter.n += 1

def run(*threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

def broken():
    "Loses an update."
    counter = Counter()
    run(*[threading.Thread(target=add, args=(counter,)) for _ in range(2)])
    print("counted", counter.n)
    assert counter.n == 2

def sound():
    counter, lock = Counter(), threading.Lock()
    run(*[threading.Thread(target=add_safely, args=(counter, lock)) for _ in range(2)])
    assert counter.n == 2

def alone():
    add(Counter())

def moody():
    counter = Counter()
    run(*[threading.Thread(target=add, args=(counter,)) for _ in range(1 + os.urandom(1)[0] % 8)])

def patient():
    sleeper = threading.Thread(target=time.sleep, args=(3600,))
    def look():
        while sleeper.is_alive():
            time.sleep(0.5)
    run(sleeper, threading.Thread(target=look))

def outside():
    read, write = os.pipe()
    run(threading.Thread(target=os.read, args=(read, 1)))

def endless():
    counters = [Counter() for _ in range(3)]
    def work():
        for counter in counters:
            counter.n += 1
    run(*[threading.Thread(target=work) for _ in range(4)])

def needy(argument):
    pass

async def later():
    pass

thing = 3
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "programs_of_cli.py").write_text(PROGRAMS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("programs_of_cli", None)


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(program: str, *options: str) -> tuple[int, str, str]:
        target = program if ":" in program or not program else f"programs_of_cli.py:{program}"
        code = main([target, *options])
        return code, *capsys.readouterr()

    return run


def _token(out: str) -> str:
    found = re.search(r"^token   (\w+)$", out, re.MULTILINE)
    assert found is not None, out
    return found[1]


def test_a_failure_is_shown_small_with_what_replays_it(run: Run) -> None:
    code, out, _ = run("broken")
    assert code == 1
    assert "broken: failed in execution" in out
    assert "minimised from " in out
    assert "to 1 departure (1 preemption)" in " ".join(out.split())
    assert "!1 race on Counter#1.n" in out
    assert "it printed and logged:\ncounted 1" in out
    token = _token(out)
    assert f"python -m taskqueue_harness programs_of_cli.py:broken --replay {token}" in out
    code, again, _ = run("broken", "--replay", token)
    assert code == 1
    assert "AssertionError" in again
    drawn = [line for line in out.splitlines() if "│" in line]
    assert drawn == [line for line in again.splitlines() if "│" in line]


def test_the_printed_command_replays_in_a_new_process(run: Run, folder: Path) -> None:
    _, out, _ = run("broken")
    command = next(line for line in out.splitlines() if line.startswith("replay "))
    words = command.split()[1:]
    assert words[0] == "python"
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert "AssertionError" in done.stdout


def test_sampled_and_proved_are_told_apart_with_counts_and_bounds(run: Run) -> None:
    code, out, _ = run("sound", "--executions", "20", "--seed", "7")
    assert code == 0
    flat = " ".join(out.split())
    assert "sampled: 20 schedules by portfolio with seed 7, within at most 1 early timeout" in flat
    assert "proved" not in out
    code, out, _ = run("sound", "--strategy", "dpor", "--timeouts", "2", "--faults", "0")
    assert code == 0
    flat = " ".join(out.split())
    assert re.search(r"proved: every behaviour was seen, .* in \d+ schedules? within", flat)
    assert "at most 2 early timeouts (b), 3 polls per thread (p), 0 faults (f)" in flat
    for limit in NOT_MODELLED:
        assert limit.what in flat


def test_a_search_that_a_limit_cut_is_not_called_proved(run: Run) -> None:
    code, out, _ = run("endless", "--strategy", "dfs", "--executions", "10")
    assert code == 0
    flat = " ".join(out.split())
    assert "limit of 10 executions" in flat
    assert "executions were left (an estimate)" in flat
    assert "proved" not in flat


def test_preemptions_bound_the_search(run: Run) -> None:
    code, out, _ = run("broken", "--preemptions", "0")
    assert code == 0
    assert "every schedule up to the bound on preemptions" in out
    assert run("broken", "--preemptions", "1")[0] == 1
    code, _, err = run("broken", "--preemptions", "1", "--strategy", "pct")
    assert code == 4
    assert "leave out --strategy pct" in err


def test_a_saved_schedule_is_replayed_first(run: Run, folder: Path) -> None:
    code, out, _ = run("broken", "--save", "lost")
    assert code == 1
    assert (folder / ".taskqueue-schedules" / "lost.token").is_file()
    code, out, _ = run("broken", "--preemptions", "0")
    assert code == 1
    assert out.startswith("the schedule saved as lost fails\n")
    (folder / "programs_of_cli.py").write_text(
        PROGRAMS.replace(
            "target=add, args=(counter,)", "target=add_safely, args=(counter, lock)"
        ).replace("counter = Counter()\n", "counter, lock = Counter(), threading.Lock()\n")
    )
    del sys.modules["programs_of_cli"]
    _forget_bytecode(folder)
    code, out, _ = run("broken", "--executions", "20")
    assert code == 0
    assert out.startswith("the schedule saved as lost does not fail\n")


def test_a_token_of_another_source_is_refused(run: Run, folder: Path) -> None:
    token = _token(run("broken")[1])
    (folder / "programs_of_cli.py").write_text(PROGRAMS + "\n# changed\n")
    del sys.modules["programs_of_cli"]
    _forget_bytecode(folder)
    code, _, err = run("broken", "--replay", token)
    assert code == 4
    assert "the token is from another version of the source" in err


def test_a_damaged_token_is_refused(run: Run) -> None:
    token = _token(run("broken")[1])
    for wrong in (token[:-3], "hello", ""):
        code, _, err = run("broken", "--replay", wrong)
        assert code == 4
        assert "token" in err


def test_a_picture_is_written(run: Run, folder: Path) -> None:
    code, out, _ = run("broken", "--svg", "failure.svg")
    assert code == 1
    assert "drawn   failure.svg" in out
    assert (folder / "failure.svg").read_text().startswith("<svg ")


def test_ascii_alone(run: Run) -> None:
    code, out, _ = run("broken", "--ascii", "--minimise", "0")
    assert code == 1
    assert out.isascii()
    assert "minimised" not in out


@pytest.mark.parametrize(
    ("program", "options", "text"),
    [
        ("alone", (), "no controlled thread was started"),
        ("moody", (), "the program does not repeat itself"),
        ("outside", ("--stall", "0.5"), "did nothing under control for 0.5 s"),
        ("patient", ("--timeouts", "0", "--steps", "500"), "given up after 500 operations"),
    ],
)
def test_what_nothing_can_be_concluded_from_ends_with_6(
    run: Run, program: str, options: tuple[str, ...], text: str
) -> None:
    code, out, _ = run(program, *options)
    assert code == 6
    flat = " ".join(out.split())
    assert text in flat
    assert "unverified" in flat
    assert "sampled" not in flat


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("nowhere.py:f", "there is no file nowhere.py"),
        ("programs_of_cli.py:brokn", "has no 'brokn'; it has broken, sound, alone"),
        ("programs_of_cli.py:needy", "needs arguments (argument)"),
        ("programs_of_cli.py:thing", "is int, not a function"),
        ("programs_of_cli.py:later", "is a coroutine"),
        ("programs_of_cli.py:", "names no function"),
        ("no_such_module_here:f", "cannot be imported: ModuleNotFoundError"),
        ("fails_at_import.py:f", "cannot be imported: ZeroDivisionError: division by zero at "),
        ("exits_at_import.py:f", "cannot be imported: SystemExit: 3 at "),
        ("threading.py:f", "has the name of the module 'threading': rename the file"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(
    run: Run, folder: Path, program: str, text: str
) -> None:
    (folder / "fails_at_import.py").write_text("1 / 0\n")
    (folder / "exits_at_import.py").write_text("raise SystemExit(3)\n")
    (folder / "threading.py").write_text("def f(): pass\n")
    code, _, err = run(program)
    assert code == 4
    assert text in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [("--executions", "0"), ("--seconds", "nan"), ("--strategy", "luck"), ("--timeouts", "-1"), ()],
)
def test_options_that_mean_nothing_end_with_4(run: Run, options: tuple[str, ...]) -> None:
    assert (main([]) if not options else run("sound", *options)[0]) == 4


def test_a_module_of_a_package_is_found_by_either_name(run: Run, folder: Path) -> None:
    package = folder / "pack_of_cli"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text(PROGRAMS)
    try:
        assert run("pack_of_cli.inner:broken")[0] == 1
        assert run("pack_of_cli/inner.py:broken")[0] == 1
    finally:
        for name in [name for name in sys.modules if name.startswith("pack_of_cli")]:
            del sys.modules[name]


def test_an_interrupt_ends_it_and_says_how_far_it_came(folder: Path) -> None:
    (folder / "long.py").write_text(PROGRAMS.replace("range(4)", "range(9)"))
    command = [sys.executable, "-m", "taskqueue_harness", "long.py:endless", "--strategy", "dfs"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert "schedules" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 2
    assert re.search(r"interrupted: [\d,]+ schedules in \d+ s, none failed", err)


def _forget_bytecode(folder: Path) -> None:
    """The cache goes by the time of the file, which may be the same as before, and its size."""
    for file in (folder / "__pycache__").glob("*.pyc"):
        file.unlink()
    later = time.time() + 10
    os.utime(folder / "programs_of_cli.py", (later, later))
