"""The test command: ``python -m tests`` checks format, lint and types, then runs every test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Command = tuple[str, ...]

CHECKS: Sequence[Command] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
)
# Both wait for other processes most of the time.
WAITING: Sequence[Command] = (
    ("pytest", "tests/gallery"),
    ("pytest", "-n", "2", "tests", "--ignore=tests/harness", "--ignore=tests/gallery"),
)
# These compute: one by one they take what the others leave, then as many as there are cores.
# An exploration that met an uncontrolled wait leaves its thread behind, greenlets and all: each
# file of the engine's tests has a process of its own.
ENGINE = [("pytest", "-q", str(path)) for path in sorted(Path("tests/harness").glob("test_*.py"))]
# The suite itself is not spread over workers: each of them would perform the regular scenarios.
COMPUTING: Sequence[Command] = (("mypy",), ("pytest", "conformance"), *ENGINE)


def words_of(command: Command, arguments: Sequence[str]) -> list[str]:
    """A module's command line; the arguments are those of pytest."""
    tool, *rest = command
    return [sys.executable, "-m", tool, *rest, *(arguments if tool == "pytest" else ())]


def check(command: Command) -> int:
    """Run one of the checks; what it prints comes at once."""
    print("$ " + " ".join(command), flush=True)
    return subprocess.run(words_of(command, ()), check=False).returncode


class SideBySide:
    """Commands that run at the same time, and end together when one of them fails.

    Args:
        arguments: for pytest.
        environment: of the commands; this process's, if nothing is said.
    """

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._arguments = arguments
        self._environment = environment
        self._lock = threading.Lock()
        self._under_way: set[subprocess.Popen[str]] = set()
        self.status = 0
        """The exit status of the first that failed, 0 if none has."""

    def run(self, command: Command) -> None:
        """Run one, unless another has failed; what it prints comes in one piece when it ends."""
        words = words_of(command, self._arguments)
        title = "$ " + " ".join(words[2:])
        began = time.monotonic()
        with self._lock:
            if self.status:
                return
            process = subprocess.Popen(
                words,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )
            self._under_way.add(process)
            print(title, "&", flush=True)
        output, _ = process.communicate()
        seconds = time.monotonic() - began
        with self._lock:
            self._under_way.remove(process)
            if self.status and process.returncode:
                return  # it was interrupted: nobody wants to read that
            print(title, output, f"({seconds:.0f} s)", sep="\n", flush=True)
            if process.returncode:
                self.status = process.returncode
                for other in self._under_way:
                    other.send_signal(signal.SIGINT)


def main(arguments: Sequence[str]) -> int:
    """Run them all; the exit status is that of the first that fails, which ends the rest."""
    for command in CHECKS:
        if status := check(command):
            return status
    with tempfile.TemporaryDirectory(prefix="tests-bytecode-") as bytecode:
        tests = SideBySide(arguments, environment_with(bytecode))
        with ThreadPoolExecutor(1 + (os.cpu_count() or 1)) as pool:
            list(pool.map(tests.run, [*WAITING, *COMPUTING]))
    return tests.status


def environment_with(bytecode: str) -> dict[str, str]:
    """This process's environment, in which bytecode is kept: in a folder, if not beside the source.

    Else each of the hundreds of interpreters that the tests start would compile everything anew.
    """
    environment = dict(os.environ)
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        environment["PYTHONPYCACHEPREFIX"] = bytecode
    return environment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
