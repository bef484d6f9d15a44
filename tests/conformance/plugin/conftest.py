"""Runs the suite the way a user does: pytest in a child process, in a folder of the user's own."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PATIENCE = 240.0
"""Seconds until a run is taken for one that hangs; a busy machine is slow, not broken."""

GRACE = 30.0
"""Seconds for processes that a run has left behind to end by themselves."""

_HOST_SETTINGS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "NO_COLOR")

_MARK = "TASKQUEUE_ACCEPTANCE"

# Breaks TQ-4.2 and no other: whoever sees that clause fail knows that this very class was tested.
EAGER = """
    from taskqueue_reference import TaskQueue as Right

    class TaskQueue(Right):
        def __init__(self, producer, consumers):
            super().__init__(producer, consumers)
            producer(self)
"""


@dataclass(frozen=True)
class Ran:
    """What a run came to: the exit status, and everything it wrote."""

    status: int
    output: str

    def __repr__(self) -> str:
        return f"exit status {self.status}\n{self.output}"

    @property
    def said(self) -> list[str]:
        """The lines of the output that are not empty."""
        return [line for line in self.output.splitlines() if line.strip()]

    def place(self, clause: str) -> str:
        """The word before the clause in the report, "" if it has no line there."""
        found = re.search(rf"^  (\S.*?) +{re.escape(clause)} ", self.output, re.MULTILINE)
        return found[1] if found else ""

    @property
    def repeats(self) -> list[str]:
        """The commands that the report gives to see a failure again."""
        joined = self.output.replace("\\\n", " ")
        return [m[1].strip() for m in re.finditer(r"^ +repeat +(.*)$", joined, re.MULTILINE)]


class Host:
    """A user's folder, and pytest in it.

    Attributes:
        folder: the invocation directory of the runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mark = uuid.uuid4().hex
        self._started: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def start(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """pytest as a child; whatever it starts can be told by the environment it inherits."""
        kept = {name: value for name, value in os.environ.items() if name not in _HOST_SETTINGS}
        process = subprocess.Popen(
            # Not `python -m pytest`, which puts the folder on the path that the suite itself must.
            [Path(sys.executable).with_name("pytest"), *map(str, arguments)],
            cwd=cwd or self.folder,
            env={**kept, "COLUMNS": "100", _MARK: self._mark, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def finish(self, process: subprocess.Popen[str]) -> Ran:
        """Wait for a run's end."""
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.end_all()
            output, _ = process.communicate()
            pytest.fail(f"pytest did not come back:\n{output}", pytrace=False)
        return Ran(process.returncode, output)

    def pytest(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run pytest to its end."""
        return self.finish(self.start(*arguments, cwd=cwd, environment=environment))

    def suite(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ran:
        """Run the installed suite at the smallest depth."""
        return self.pytest(*self.quick, *arguments, environment=environment)

    def suites(self, runs: Mapping[str, Sequence[str | Path]]) -> dict[str, Ran]:
        """Several runs of the installed suite, two at a time."""
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(lambda run: self.suite(*run), runs.values())
            return dict(zip(runs, found, strict=True))

    @property
    def quick(self) -> list[str]:
        """The arguments that choose the installed suite at the smallest depth."""
        return ["--pyargs", "taskqueue_conformance.suite", "--tq-depth", "quick"]

    def family(self) -> list[int]:
        """The processes that the runs have started, all that are alive."""
        mark = f"{_MARK}={self._mark}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in entry.read_bytes():
                    found.append(int(entry.parent.name))
            except OSError:
                continue
        return found

    def orphans(self) -> list[str]:
        """Those of the family that do not end by themselves, by command line."""
        left = []
        for process in self.family():
            try:
                handle = os.pidfd_open(process)
            except OSError:
                continue
            try:
                if not select.select([handle], [], [], GRACE)[0]:
                    words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
                    left.append(f"{process}: {b' '.join(words).decode()[:200]}")
            finally:
                os.close(handle)
        return left

    def end_all(self) -> None:
        for process in self.family():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def close(self) -> None:
        self.end_all()
        for process in self._started:
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A folder of the user's; after each test, no process that its runs started may be alive."""
    found = Host(tmp_path)
    found.write("mine.py", EAGER)
    try:
        yield found
        assert found.orphans() == []
    finally:
        found.close()


@pytest.fixture
def checkout() -> Path:
    """The root of this repository."""
    return ROOT
