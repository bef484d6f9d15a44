"""Random programs by reduction and by brute force: ``python -m tests.harness.soundness``.

Compares seeds from ``--seed`` on until ``--programs`` were small enough, and prints the figures.
With ``--log FILE`` every program is a line of JSON there, and a later call goes on after the last.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.harness.randomprograms import compare, source, timed


def line(seed: int, directory: Path, limit: int, runs: int) -> dict[str, Any]:
    """The figures of one program."""
    found = compare(seed, directory, limit=limit, runs=0 if timed(seed) else runs)
    return {
        "seed": seed,
        "too_large": found.too_large,
        "interleavings": found.brute.executions,
        "executions": found.reduced.executions,
        "redundant": found.reduced.redundant,
        "outcomes": len(found.brute.found),
        "failing": len([one for one in found.brute.found if one[0] != "done"]),  # type: ignore[index]
        "replayed": found.replayed,
        "real_runs": found.real_runs,
        "wrong": found.wrong,
    }


def summary(lines: Sequence[dict[str, Any]]) -> str:
    """All figures in print."""
    small = [one for one in lines if not one["too_large"]]

    def total(key: str) -> int:
        return sum(int(one[key]) for one in small)

    wrong = [text for one in small for text in one["wrong"]]
    missed = sum(1 for text in wrong if text.startswith("missed"))
    false = sum(1 for text in wrong if text.startswith("false"))
    return (
        f"{len(small)} programs ({len(lines) - len(small)} more were too large), "
        f"{total('interleavings')} interleavings, {total('executions')} executions under DPOR "
        f"({total('redundant')} redundant), {total('outcomes')} outcomes ({total('failing')} of "
        f"them failures, {total('replayed')} replayed), {total('real_runs')} runs on real threads; "
        f"missed {missed}, false {false}, otherwise wrong {len(wrong) - missed - false}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.soundness", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, default=2000, help="interleavings of one program")
    parser.add_argument("--runs", type=int, default=20, help="on real threads, where possible")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args(arguments)
    lines: list[dict[str, Any]] = []
    if options.log and options.log.exists():
        lines = [json.loads(text) for text in options.log.read_text().splitlines()]
    seed = lines[-1]["seed"] + 1 if lines else options.seed
    with tempfile.TemporaryDirectory() as directory:
        while sum(1 for one in lines if not one["too_large"]) < options.programs:
            found = line(seed, Path(directory), options.limit, options.runs)
            lines.append(found)
            if found["wrong"]:
                print(f"seed {seed}:", *found["wrong"][:5], source(seed), sep="\n", flush=True)
            if options.log:
                with options.log.open("a") as log:
                    print(json.dumps(found), file=log)
            seed += 1
            if len(lines) % 100 == 0:
                print(summary(lines), flush=True)
    print(f"Python {sys.version.split()[0]}, seeds {lines[0]['seed']} to {seed - 1}, ", end="")
    print(f"at most {options.limit} interleavings each: {summary(lines)}")
    return int(any(one["wrong"] for one in lines))


if __name__ == "__main__":
    sys.exit(main())
