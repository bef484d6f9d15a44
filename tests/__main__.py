"""The test command: ``python -m tests`` checks format, lint and types, then runs every test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Command = tuple[str, ...]

CHECKS: Sequence[Command] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
)
# An exploration that met an uncontrolled wait leaves its thread behind, greenlets and all: each
# file of the engine's tests has a process of its own. They compute and do not wait, so that as
# many as there are cores run side by side.
ENGINE = [("pytest", "-q", str(path)) for path in sorted(Path("tests/harness").glob("test_*.py"))]
# The galleries keep the cores busy by themselves.
REST: Sequence[Command] = (
    ("pytest", "-n", "2", "--ignore=tests/harness", "--ignore=tests/gallery"),
    ("pytest", "tests/gallery"),
)


def run(command: Command, arguments: Sequence[str], *, capture: bool = False) -> int:
    """Run a module's command line; what it prints comes at once, or in one piece when it ends."""
    tool, *rest = command
    words = [sys.executable, "-m", tool, *rest, *(arguments if tool == "pytest" else ())]
    title = "$ " + " ".join([tool, *words[3:]])
    if not capture:
        print(title, flush=True)
    began = time.monotonic()
    done = subprocess.run(
        words,
        check=False,
        text=True,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
    )
    if capture:
        print(title, done.stdout, sep="\n", end="", flush=True)
    print(f"({time.monotonic() - began:.0f} s)", flush=True)
    return done.returncode


def first_failure(statuses: Iterable[int]) -> int:
    """The first status that is not 0, without waiting for those after it."""
    return next((status for status in statuses if status), 0)


def main(arguments: Sequence[str]) -> int:
    """Run them all; the exit status is that of the first that fails, which ends the rest."""
    status = first_failure(run(command, arguments) for command in CHECKS)
    if status:
        return status
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        status = first_failure(pool.map(lambda one: run(one, arguments, capture=True), ENGINE))
        if status:
            pool.shutdown(cancel_futures=True)
            return status
    return first_failure(run(command, arguments) for command in REST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
