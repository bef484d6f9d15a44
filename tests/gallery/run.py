"""Runs the galleries again and again: ``python -m tests.gallery.run --runs 10``.

Resumable: each result is a line of the state file, and what stands there is not run again. The
summary says for each subject how many runs agreed with what it says of itself.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from taskqueue_conformance.assess import assess
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.records import Status
from taskqueue_conformance.report import verdict
from taskqueue_conformance.session import Options
from tests.gallery.subjects import EXACT, SCHEDULE, Subject, disagreements, subjects

__all__ = ["assess_in_child", "main"]

ROOT = Path(__file__).resolve().parent.parent.parent
DEADLINE = 300.0


def assess_one(name: str, seed: int, depth: str) -> dict[str, Any]:
    """Assess one subject here and now."""
    subject = next(one for one in subjects((*EXACT, SCHEDULE)) if one.name == name)
    began = time.monotonic()
    options = Options(
        subject.target,
        given=True,
        profile="strict" if subject.kind != "hostile" else "core",
        depth=DEPTHS[depth],
        factor=1.0,
        seed=seed,
        cwd=str(subject.path.parent),
    )
    report = assess(options)
    return {
        "subject": name,
        "seed": seed,
        "depth": depth,
        "python": ".".join(map(str, sys.version_info[:3])),
        "verdict": verdict(report).word,
        "failed": [one.clause for one in report.standings if one.status is Status.FAILED],
        "wrong": disagreements(subject, report),
        "seconds": round(time.monotonic() - began, 1),
    }


def assess_in_child(subject: Subject, seed: int, depth: str = "quick") -> dict[str, Any]:
    """Assess one subject in a process of its own, so that several can be at work."""
    command = [sys.executable, "-m", "tests.gallery.run", "--one", subject.name]
    command += ["--seed", str(seed), "--depth", depth]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False
        )
    except subprocess.TimeoutExpired:
        wrong = f"no verdict within {DEADLINE:g} s"
        return {"subject": subject.name, "seed": seed, "wrong": [wrong]}
    try:
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = (done.stderr or done.stdout).strip()[-600:]
        return {
            "subject": subject.name,
            "seed": seed,
            "wrong": [f"the suite broke ({done.returncode}): {last}"],
        }
    return result


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
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.one:
        print(json.dumps(assess_one(arguments.one, arguments.seed, arguments.depth)))
        return 0
    galleries = (SCHEDULE,) if arguments.schedule else EXACT
    chosen = [one for one in subjects(galleries) if arguments.only in one.name]
    results = _run(chosen, arguments)
    text = summary(chosen, results, arguments.depth)
    print(text)
    if arguments.summary:
        arguments.summary.write_text(text)
    return 0 if all(not result["wrong"] for result in results) else 1


def _run(chosen: Sequence[Subject], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    state: Path = arguments.state
    done = [json.loads(line) for line in state.read_text().splitlines()] if state.exists() else []
    known = {(result["subject"], result["seed"]) for result in done}
    todo = [
        (subject, seed)
        for seed in range(1, arguments.runs + 1)
        for subject in chosen
        if (subject.name, seed) not in known
    ]
    with ThreadPoolExecutor(arguments.jobs) as pool, state.open("a") as file:
        runs = pool.map(lambda one: assess_in_child(one[0], one[1], arguments.depth), todo)
        for result in runs:
            file.write(json.dumps(result) + "\n")
            file.flush()
            done.append(result)
            mark = "ok  " if not result["wrong"] else "DIFF"
            print(mark, result["subject"], result["seed"], result.get("seconds", ""), flush=True)
            for sentence in result["wrong"]:
                print("     ", sentence, flush=True)
    names = {subject.name for subject in chosen}
    return [result for result in done if result["subject"] in names]


def summary(chosen: Sequence[Subject], results: Sequence[dict[str, Any]], depth: str) -> str:
    """A line per subject: runs that agreed, of how many, and what did not."""
    lines = [
        "# The galleries",
        "",
        f"Depth {depth}; Python {', '.join(sorted({r.get('python', '?') for r in results}))}. "
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
