"""How long an item takes through the reference, beside oss2's class, in one and the same run.

    python tests/benchmarks/bench_reference.py [--items 100000] [--rounds 5]

The producer puts all items and the consumers take them; the table gives the median time per item
(put and get together, thread start and join included) and the median of the ratios of the rounds.
The classes take turns within a round, so that a busy machine slows both.  Nothing is asserted.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from taskqueue_reference import TaskQueue as Reference

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oss2 has invalid escape sequences
    from oss2.task_queue import TaskQueue as Oss2


def seconds(subject: Callable[..., Any], items: int, consumers: int) -> float:
    """Wall time of one run."""

    def producer(q: Any) -> None:
        for item in range(items):
            q.put(item)

    def consumer(q: Any) -> None:
        while q.get() is not None:
            pass

    queue = subject(producer, [consumer] * consumers)
    begin = time.perf_counter()
    queue.run()
    return time.perf_counter() - begin


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="The reference beside oss2's TaskQueue.")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(argv)

    print(
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{options.items} items, {options.rounds} rounds"
    )
    print(f"{'consumers':>9}  {'oss2':>12}  {'reference':>12}  {'oss2 / reference':>16}")
    for consumers in (1, 2, 8):
        rounds = [
            (seconds(Oss2, options.items, consumers), seconds(Reference, options.items, consumers))
            for _ in range(options.rounds)
        ]
        oss2, reference = (
            statistics.median(times) / options.items * 1e6 for times in zip(*rounds, strict=True)
        )
        ratio = statistics.median(theirs / ours for theirs, ours in rounds)
        print(f"{consumers:>9}  {oss2:>9.2f} µs  {reference:>9.2f} µs  {ratio:>16.1f}")


if __name__ == "__main__":
    main()
