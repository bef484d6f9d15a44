"""Executions a second under the engine, beside real threads and the other tools, in one run.

    python -m tests.benchmarks.bench_engine [--executions 2000] [--rounds 5] [--program NAME]
        [--cpu]

The contenders take turns within a round, so that a busy machine slows all of them. The table gives
the medians, and the medians of the ratios of the rounds: to real threads in the same process, and
to the fastest of the other tools. Those take part where they are installed; see `peers` for how
each is driven, and `README.md` beside this file for a measured table. With ``--cpu`` seconds are
those of the processor, not of the clock: neighbours on the machine count less, and what a tool
spends waiting for its own threads does not count at all. Nothing is asserted.
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

Contender = Callable[[str, int], peers.Run]
"""Runs a program about so many times."""


def real_threads(program: str, executions: int) -> peers.Run:
    """The threads of the operating system, and nothing in control."""
    run = PROGRAMS[program]
    began, worked = time.perf_counter(), time.process_time()
    for _ in range(executions):
        run()
    return peers.Run(executions, time.perf_counter() - began, time.process_time() - worked)


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
    def run(program: str, executions: int) -> peers.Run:
        worked = time.process_time()
        result = search(program, strategy, rewrite=rewrite, executions=executions)
        worked = time.process_time() - worked
        STEPS[strategy, rewrite] = result.steps / worked
        return peers.Run(result.executions, result.seconds, worked)

    return run


STEPS: dict[tuple[str, bool], float] = {}
"""Steps of the engine in a second of the processor, as last seen."""


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
    parser.add_argument("--cpu", action="store_true", help="seconds of the processor")
    options = parser.parse_args(argv)
    everyone = contenders()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{options.executions} executions, {options.rounds} rounds, seconds of the "
        f"{'processor' if options.cpu else 'clock'}"
    )
    for name in options.program or PROGRAMS:
        rates: dict[str, list[float]] = {one: [] for one in everyone}
        counts: dict[str, int] = {}
        for _ in range(options.rounds):
            for one, run in everyone.items():
                made = run(name, options.executions)
                rates[one].append(made.executions / (made.worked if options.cpu else made.seconds))
                counts[one] = made.executions
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
        print(f"  steps in a second of the processor, {strategy}, {kind}: {rate:,.0f}")
    for rewrite in (False, True):
        whole = search(program, "dpor", rewrite=rewrite, executions=None)
        print(
            f"  all of it by dpor, {'rewritten' if rewrite else 'sync'}: {whole.executions:,} "
            f"executions, {whole.redundant / whole.executions:.1%} of them redundant, "
            f"{whole.seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
