"""Schedule-only specimens under the engine: ``python -m tests.gallery.schedules --runs 100``.

Each run explores the jobs of the suite, in the suite's order and with another seed, until one of
them contradicts a clause. It agrees if that is one that the specimen says it breaks, or if what was
seen may speak of such a one (an item that is lost after a failure may be lost anyway). A job that
was exhausted without a contradiction is not explored again for another seed: no seed can change
what comes of it. Resumable: each result is a line of the state file.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from taskqueue_conformance.assess import clause_tests
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.engine.scope import place_of
from taskqueue_conformance.engine.searching import search
from taskqueue_conformance.loading import load, names_of
from tests.gallery.subjects import SCHEDULE, Subject, subjects

__all__ = ["kill", "main"]

ROOT = Path(__file__).resolve().parent.parent.parent

TOGETHER = 25
"""Seeds that one process tries. What it has exhausted for the first it leaves out for the rest."""


def jobs(depth: str) -> Iterator[Job]:
    """The jobs of the suite, each once, in its order."""
    seen = set()
    for test, _ in clause_tests():
        for job in test.jobs(DEPTHS[depth]):
            if job not in seen:
                seen.add(job)
                yield job


def kill(subject: Subject, seeds: Sequence[int], depth: str) -> Iterator[dict[str, Any]]:
    """For each seed, what is seen first of the specimen."""
    place, scope = place_of(load(subject.target), *names_of(subject.target))
    settled: set[Job] = set()
    for seed in seeds:
        began, executions = time.process_time(), 0
        found: dict[str, Any] = {"clause": None, "job": "", "seen": ""}
        may_be: set[str | None] = set()
        for job in jobs(depth):
            if job in settled:
                continue
            result = search(dataclasses.replace(job, seed=seed, first=True), place, scope)
            executions += result.executions
            if result.uncontrolled:
                found["seen"] = result.uncontrolled
                break
            if result.contradictions:
                first = result.contradictions[0]
                found = {"clause": first.clause, "job": job.name, "seen": first.seen}
                may_be = {first.clause, *first.others}
                break
            if result.exhausted:
                settled.add(job)
        yield {
            "subject": subject.name,
            "seed": seed,
            **found,
            "agrees": not may_be.isdisjoint(subject.says["BREAKS"]),
            "executions": executions,
            "seconds": round(time.process_time() - began, 2),
        }


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if every run agreed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="of each, with seeds 1 to RUNS")
    parser.add_argument("--depth", default="default", choices=list(DEPTHS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="specimens whose name contains this")
    parser.add_argument("--state", type=Path, default=Path("schedules-state.jsonl"))
    parser.add_argument("--summary", type=Path, help="write a summary in Markdown")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--seeds", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    chosen = [one for one in subjects((SCHEDULE,)) if arguments.only in one.name]
    if arguments.one:
        subject = next(one for one in chosen if one.name == arguments.one)
        for result in kill(subject, [int(s) for s in arguments.seeds.split(",")], arguments.depth):
            print(json.dumps(result), flush=True)
        return 0
    results = _run(chosen, arguments)
    text = summary(chosen, results, arguments.depth, arguments.runs)
    print(text)
    if arguments.summary:
        arguments.summary.write_text(text)
    return 0 if all(result["agrees"] for result in results) else 1


def _run(chosen: Sequence[Subject], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    state: Path = arguments.state
    done = [json.loads(line) for line in state.read_text().splitlines()] if state.exists() else []
    known = {(result["subject"], result["seed"]) for result in done}
    with ThreadPoolExecutor(arguments.jobs) as pool, state.open("a") as file:

        def run(subject: Subject, seeds: Sequence[int]) -> None:
            command = [sys.executable, "-m", "tests.gallery.schedules", "--one", subject.name]
            command += ["--seeds", ",".join(map(str, seeds)), "--depth", arguments.depth]
            with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    file.write(line)
                    file.flush()
                    done.append(json.loads(line))
            if process.returncode:  # the runs it owes would be missing, not counted as failed
                raise SystemExit(f"{subject.name}: its process ended with {process.returncode}")

        runs = []
        for subject in chosen:
            seeds = [n for n in range(1, arguments.runs + 1) if (subject.name, n) not in known]
            runs += [
                pool.submit(run, subject, seeds[n : n + TOGETHER])
                for n in range(0, len(seeds), TOGETHER)
            ]
        for one in runs:
            one.result()
    wanted = {(subject.name, seed) for subject in chosen for seed in range(1, arguments.runs + 1)}
    return [result for result in done if (result["subject"], result["seed"]) in wanted]


def summary(
    chosen: Sequence[Subject], results: Sequence[dict[str, Any]], depth: str, runs: int
) -> str:
    """A line per specimen: how many runs killed it, by which clause, and what it took."""
    lines = [
        "# Schedule-only specimens under the engine",
        "",
        f"Made by `python -m tests.gallery.schedules --runs {runs}`, with the seeds 1 to {runs}. "
        f"Depth {depth}. A run stops at the first contradiction, and agrees if its clause is one "
        "that the specimen says it breaks. Seconds are those of the processor.",
        "",
        "| specimen | killed by the right clause | clauses | executions | seconds |",
        "|---|---|---|---|---|",
    ]
    for subject in chosen:
        mine = [result for result in results if result["subject"] == subject.name]
        agreed = sum(result["agrees"] for result in mine)
        clauses = ", ".join(sorted({str(result["clause"]) for result in mine}))
        most = max((result["executions"] for result in mine), default=0)
        slowest = max((result["seconds"] for result in mine), default=0.0)
        lines.append(
            f"| {subject.name} | {agreed} of {len(mine)} | {clauses} | up to {most:,} "
            f"| up to {slowest:.1f} |"
        )
    agreed = sum(result["agrees"] for result in results)
    lines += ["", f"{agreed} of {len(results)} runs agreed, {len(chosen)} specimens."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
