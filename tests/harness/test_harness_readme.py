"""The harness's README: its tables are the data, and its outputs are what the commands print.

After a change on purpose: ``python tests/harness/test_harness_readme.py`` writes both anew.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from taskqueue_harness.world.forms import NOT_MODELLED

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "harness" / "README.md"

_OUTPUT = re.compile(r"(<!-- output: ([^\n]+) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
_LIMITS = re.compile(r"(<!-- limits: begin -->\n)(.*?)(<!-- limits: end -->\n)", re.DOTALL)


def limits() -> str:
    rows = "".join(f"| {limit.what} | {limit.why} |\n" for limit in NOT_MODELLED)
    return f"| what | how it counts |\n|---|---|\n{rows}"


def output(arguments: str) -> str:
    program, *options = arguments.split()
    command = [sys.executable, "-m", "taskqueue_harness", f"harness/examples/bank.py:{program}"]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120,
        env={"PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT / "harness"), "PATH": ""},
    )  # fmt: skip
    assert not done.stderr or "Traceback" not in done.stderr, done.stderr
    return done.stdout


def _timeless(text: str) -> str:
    """Without what differs from run to run (times) and from Python to Python (tokens)."""
    text = re.sub(r"\b[a-z2-7]{24,}\b", "TOKEN", text)
    return re.sub(r"\d+\.\d\d s", "SECONDS", re.sub(r"\(\d+/s\)", "(RATE)", " ".join(text.split())))


def test_the_limits_are_those_of_the_engine() -> None:
    found = _LIMITS.search(README.read_text(encoding="utf-8"))
    assert found is not None
    assert found[2] == limits()


def test_every_output_is_what_the_command_prints() -> None:
    shown = _OUTPUT.findall(README.read_text(encoding="utf-8"))
    assert len(shown) == 4
    for _, arguments, text, _ in shown:
        assert _timeless(output(arguments)) == _timeless(text)


def _rewrite() -> None:
    text = README.read_text(encoding="utf-8")
    text = _LIMITS.sub(lambda found: found[1] + limits() + found[3], text)
    text = _OUTPUT.sub(lambda found: found[1] + output(found[2]) + found[4], text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _rewrite()
