"""The test command: ``python -m tests`` checks format, lint and types, then runs every test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HARNESS = sorted(str(path) for path in Path("tests/harness").glob("test_*.py"))

COMMANDS: Sequence[Sequence[str]] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("pytest", "--ignore=tests/harness"),
    # An exploration that met an uncontrolled wait leaves its thread behind, greenlets and all:
    # each file of the engine's tests has a process of its own.
    *(("pytest", path) for path in HARNESS),
)


def main(arguments: Sequence[str]) -> int:
    """Run them in turn; the exit status is that of the first that fails."""
    for tool, *rest in COMMANDS:
        command = [sys.executable, "-m", tool, *rest, *(arguments if tool == "pytest" else ())]
        print("$", " ".join([tool, *command[3:]]), flush=True)
        status = subprocess.run(command, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
