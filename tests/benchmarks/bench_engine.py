"""Executions a second under the engine, beside real threads and the other tools, in one run.

    python -m tests.benchmarks.bench_engine [--executions 2000] [--rounds 5] [--program NAME]

The contenders take turns within a round, so that a busy machine slows all of them. The table gives
the medians, and the medians of the ratios of the rounds: to real threads in the same process, and
to the fastest of the other tools. Those take part where they are installed; see `peers` for how
each is driven, and `README.md` beside this file for a measured table. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Sequence

from tests.benchmarks import peers
from tests.benchmarks.workloads import PROGRAMS

from taskqueue_harness import Bounds, Result, explore

SCOPE = ("oss2.task_queue",)
CALM = Bounds(early_timeouts=0)
REAL = "real threads"

Contender = Callable[[str, int], tuple[int, float]]
"""Runs a program about so many times; how many they were, and the seconds."""


def real_threads(program: str, executions: int) -> tuple[int, float]:
    """The threads of the operating system, and nothing in control."""
    run = PROGRAMS[program]
    began = time.perf_counter()
    for _ in range(executions):
        run()
    return executions, time.perf_counter() - began


def search(program: str, strategy: str, *, rewrite: bool, executions: int | None) -> Result:
    """The engine; without rewriting, every operation of a lock, queue or thread is a choice."""
    return explore(
        PROGRAMS[program],
        strategy=strategy,
        executions=executions,
        bounds=CALM,
        scope=SCOPE,
        rewrite=rewrite,
        keep_going=True,
    )


def engine(strategy: str, *, rewrite: bool = False) -> Contender:
    def run(program: str, executions: int) -> tuple[int, float]:
        result = search(program, strategy, rewrite=rewrite, executions=executions)
        STEPS[strategy, rewrite] = result.steps / result.seconds
        return result.executions, result.seconds

    return run


STEPS: dict[tuple[str, bool], float] = {}
"""Steps a second of the engine, as last seen."""


def peer(tool: str) -> Contender:
    return lambda program, executions: peers.run_apart(tool, program, executions)


def contenders() -> dict[str, Contender]:
    """All that can run here, by name."""
    found: dict[str, Contender] = {
        REAL: real_threads,
        "engine, random, sync": engine("random"),
        "engine, pct, sync": engine("pct"),
        "engine, dpor, sync": engine("dpor"),
        "engine, random, rewritten": engine("random", rewrite=True),
        "engine, pct, rewritten": engine("pct", rewrite=True),
        "engine, dpor, rewritten": engine("dpor", rewrite=True),
    }
    for tool in peers.installed():
        found[str(peers.TOOLS[tool])] = peer(tool)
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
        rates: dict[str, list[float]] = {one: [] for one in everyone}
        counts: dict[str, int] = {}
        for _ in range(options.rounds):
            for one, run in everyone.items():
                count, seconds = run(name, options.executions)
                rates[one].append(count / seconds)
                counts[one] = count
        _print_table(name, rates, counts)
        _print_engine(name)


def _print_table(program: str, rates: dict[str, list[float]], counts: dict[str, int]) -> None:
    others = [one for one in rates if one != REAL and not one.startswith("engine")]
    fastest = [max(seen) for seen in zip(*(rates[one] for one in others), strict=True)]
    print(
        f"\n{program:36}  {'a second':>9}  {'to real threads':>15}  {'to fastest peer':>15}  "
        f"{'executions':>10}"
    )
    for one, seen in rates.items():
        ratios = [a / b for a, b in zip(seen, rates[REAL], strict=True)]
        ahead = [a / b for a, b in zip(seen, fastest, strict=True)] if fastest else []
        to_peer = f"{statistics.median(ahead):.2f}" if ahead else "-"
        print(
            f"{one:36}  {statistics.median(seen):9.0f}  {statistics.median(ratios):15.2f}  "
            f"{to_peer:>15}  {counts[one]:10}"
        )


def _print_engine(program: str) -> None:
    for (strategy, rewrite), rate in STEPS.items():
        kind = "rewritten" if rewrite else "sync"
        print(f"  steps a second, {strategy}, {kind}: {rate:,.0f}")
    for rewrite in (False, True):
        whole = search(program, "dpor", rewrite=rewrite, executions=None)
        print(
            f"  all of it by dpor, {'rewritten' if rewrite else 'sync'}: {whole.executions:,} "
            f"executions, {whole.redundant / whole.executions:.1%} of them redundant, "
            f"{whole.seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
