"""Executions a second under the engine, beside real threads and the other tools, in one run.

    python -m tests.benchmarks.bench_engine [--executions 2000] [--rounds 5] [--program NAME]

The contenders take turns within a round, so that a busy machine slows all of them; the table gives
the medians and the median of the ratios of the rounds. frontrun, interleave-test and ploom take
part where they are installed (ploom runs nothing but its own primitives, and its own programs are
here). Nothing is asserted.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.benchmarks.workloads import PROGRAMS

from taskqueue_harness import Bounds, explore

SCOPE = ("oss2.task_queue",)
CALM = Bounds(early_timeouts=0)

Program = Callable[[], None]
Contender = Callable[[Program, int], tuple[int, float]]
"""Runs a program about so many times; how many they were, and the seconds."""


def real_threads(program: Program, executions: int) -> tuple[int, float]:
    """The threads of the operating system, and nothing in control."""
    began = time.perf_counter()
    for _ in range(executions):
        program()
    return executions, time.perf_counter() - began


def engine(strategy: str, *, rewrite: bool = False) -> Contender:
    """The engine; without rewriting, every operation of a lock, queue or thread is a choice."""

    def run(program: Program, executions: int) -> tuple[int, float]:
        result = explore(
            program,
            strategy=strategy,
            executions=executions,
            bounds=CALM,
            scope=SCOPE,
            rewrite=rewrite,
            keep_going=True,
        )
        STEPS[strategy, rewrite] = result.steps / result.seconds
        return result.executions, result.seconds

    return run


STEPS: dict[tuple[str, bool], float] = {}
"""Steps a second of the engine, as last seen."""


def interleave_test(strategy: str, granularity: str) -> Contender:
    """interleave-test's PCT or random search."""
    import interleave_test as peer  # type: ignore[import-not-found,unused-ignore]

    def run(program: Program, executions: int) -> tuple[int, float]:
        began = time.perf_counter()
        result = peer.explore(
            program, iterations=executions // 4, strategy=strategy, granularity=granularity, seed=1
        )
        return result.schedules_run, time.perf_counter() - began

    return run


def contenders() -> dict[str, Contender]:
    """All that can run here, by name."""
    found: dict[str, Contender] = {
        "real threads": real_threads,
        "engine, random, sync": engine("random"),
        "engine, pct, sync": engine("pct"),
        "engine, dpor, sync": engine("dpor"),
        "engine, random, rewritten": engine("random", rewrite=True),
        "engine, pct, rewritten": engine("pct", rewrite=True),
    }
    try:
        version = importlib.metadata.version("interleave-test")
    except importlib.metadata.PackageNotFoundError:
        return found
    for strategy in ("random", "pct"):
        for granularity in ("line", "opcode"):
            name = f"interleave-test {version}, {strategy}, {granularity}"
            found[name] = interleave_test(strategy, granularity)
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="The engine beside real threads and others.")
    parser.add_argument("--executions", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", choices=list(PROGRAMS), action="append")
    options = parser.parse_args(argv)
    everyone = contenders()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{options.executions} executions, {options.rounds} rounds"
    )
    for name in options.program or PROGRAMS:
        program = PROGRAMS[name]
        rates: dict[str, list[float]] = {one: [] for one in everyone}
        counts: dict[str, int] = {}
        for _ in range(options.rounds):
            for one, run in everyone.items():
                count, seconds = run(program, options.executions)
                rates[one].append(count / seconds)
                counts[one] = count
        print(f"\n{name:34}  {'a second':>9}  {'to real threads':>15}  {'executions':>10}")
        for one, seen in rates.items():
            ratios = [a / b for a, b in zip(seen, rates["real threads"], strict=True)]
            print(
                f"{one:34}  {statistics.median(seen):9.0f}  {statistics.median(ratios):15.2f}  "
                f"{counts[one]:10}"
            )
        _print_steps()


def _print_steps() -> None:
    for (strategy, rewrite), rate in STEPS.items():
        kind = "rewritten" if rewrite else "sync"
        print(f"  steps a second, {strategy}, {kind}: {rate:,.0f}")


__all__: list[Any] = ["main"]

if __name__ == "__main__":
    main()
