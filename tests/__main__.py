"""The test command: ``python -m tests`` checks format, lint and types, then runs every test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

COMMANDS: Sequence[Sequence[str]] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("pytest",),
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
