"""The test command: what runs side by side ends together."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import __main__ as command


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command is a line of Python here."""
    monkeypatch.setattr(command, "words_of", lambda line, _: [sys.executable, "-c", *line])


@pytest.mark.usefixtures("lines")
def test_a_failure_ends_what_runs_beside_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pipe, never = tmp_path / "ready", tmp_path / "never"
    os.mkfifo(pipe)
    waits = f"open({str(pipe)!r}, 'w').close(); import threading; threading.Event().wait()"
    fails = f"open({str(pipe)!r}).close(); raise SystemExit(3)"
    tests = command.SideBySide(())
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(tests.run, [(waits,), (fails,), (f"open({str(never)!r}, 'w')",)]))
    assert tests.status == 3
    assert not never.exists(), "nothing is begun after a failure"
    assert "KeyboardInterrupt" not in capfd.readouterr().out


@pytest.mark.usefixtures("lines")
def test_all_that_is_printed_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    tests = command.SideBySide(())
    tests.run(("import sys; print('out'); print('err', file=sys.stderr)",))
    assert tests.status == 0
    said = capfd.readouterr().out
    assert "\nout\n" in said
    assert "err\n" in said


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize("kept", ["", "1"])
def test_bytecode_is_kept_but_not_beside_the_source_if_that_is_not_wanted(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", kept)
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    tests = command.SideBySide((), command.environment_with(str(tmp_path)))
    tests.run(("import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)",))
    assert f"\nFalse {tmp_path if kept else None}\n" in capfd.readouterr().out
