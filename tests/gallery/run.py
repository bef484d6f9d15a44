"""Runs the galleries again and again: ``python -m tests.gallery.run --runs 10``.

Resumable: each result is a line of the state file, and what stands there for this depth is not run
again, whichever Python it was; so a later part may be run on another one. The summary says for each
subject how many runs agreed with what it says of itself.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from taskqueue_conformance.depth import DEPTHS
from tests.gallery.assessing import assess_in_child
from tests.gallery.subjects import EXACT, SCHEDULE, Subject, subjects

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if every run agreed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="of each subject, with seeds 1 to RUNS")
    parser.add_argument("--depth", default="quick", choices=list(DEPTHS))
    parser.add_argument(
        "--schedule", action="store_true", help="the schedule-only specimens instead"
    )
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--only", default="", help="subjects whose name contains this")
    parser.add_argument("--state", type=Path, default=Path("gallery-state.jsonl"))
    parser.add_argument("--summary", type=Path, help="write a summary in Markdown")
    arguments = parser.parse_args(argv)
    galleries = (SCHEDULE,) if arguments.schedule else EXACT
    chosen = [one for one in subjects(galleries) if arguments.only in one.name]
    results = _run(chosen, arguments)
    command = f"python -m tests.gallery.run --runs {arguments.runs}"
    command += " --schedule" if arguments.schedule else ""
    text = summary(chosen, results, arguments.depth, command)
    print(text)
    if arguments.summary:
        arguments.summary.write_text(text)
    return 0 if all(not result["wrong"] for result in results) else 1


def _run(chosen: Sequence[Subject], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    state: Path = arguments.state
    lines = state.read_text().splitlines() if state.exists() else []
    kept = {
        (result["subject"], result["seed"]): result
        for result in map(json.loads, lines)
        if result["depth"] == arguments.depth
    }
    wanted = [(subject, seed) for seed in range(1, arguments.runs + 1) for subject in chosen]
    todo = [(subject, seed) for subject, seed in wanted if (subject.name, seed) not in kept]
    with ThreadPoolExecutor(arguments.jobs) as pool, state.open("a") as file:
        runs = [pool.submit(assess_in_child, *one, arguments.depth) for one in todo]
        try:
            for run in as_completed(runs):
                result = run.result()
                file.write(json.dumps(result) + "\n")
                file.flush()
                kept[result["subject"], result["seed"]] = result
                _show(result)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [kept[subject.name, seed] for subject, seed in wanted]


def _show(result: dict[str, Any]) -> None:
    mark = "ok  " if not result["wrong"] else "DIFF"
    print(mark, result["subject"], result["seed"], result.get("seconds", ""), flush=True)
    for sentence in result["wrong"]:
        print("     ", sentence, flush=True)


def summary(
    chosen: Sequence[Subject], results: Sequence[dict[str, Any]], depth: str, command: str
) -> str:
    """A line per subject: runs that agreed, of how many, and what did not."""
    runs = Counter(result["python"] for result in results)
    pythons = ", ".join(f"{python} ({count:,} runs)" for python, count in sorted(runs.items()))
    lines = [
        "# The galleries",
        "",
        f"Made by `{command}`. Depth {depth}; Python {pythons}; {os.cpu_count()} cores. "
        "A run agrees when exactly the clauses fail that the subject names "
        "(for a hostile one: when the verdict is one that it allows; for a schedule-only one: when "
        "no other clause fails).",
        "",
        "| subject | agreed | seen failing | verdicts | seconds | otherwise |",
        "|---|---|---|---|---|---|",
    ]
    for subject in chosen:
        mine = [result for result in results if result["subject"] == subject.name]
        agreed = sum(not result["wrong"] for result in mine)
        failing = sum(bool(result.get("failed")) for result in mine)
        verdicts = ", ".join(sorted({result.get("verdict", "none") for result in mine}))
        slowest = max((result.get("seconds", 0.0) for result in mine), default=0.0)
        wrong = sorted({sentence for result in mine for sentence in result["wrong"]})
        shown = "; ".join(wrong)[:200].replace("|", "/").replace("\n", " ")
        lines.append(
            f"| {subject.name} | {agreed} of {len(mine)} | {failing} of {len(mine)} | {verdicts} "
            f"| up to {slowest} | {shown} |"
        )
    total = sum(not result["wrong"] for result in results)
    lines += ["", f"{total} of {len(results)} runs agreed, {len(chosen)} subjects."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
