"""How many executions it takes to see all that two TaskQueues can do, within bounds.

    python -m tests.benchmarks.exhaustion [--seconds 120] [--rewritten]

oss2's class and the reference, with one injected failure, failed start or interrupt anywhere per
execution (``f=1``) and without. Each line is one exhaustive search by source-DPOR; ``b`` is how
many timeouts may fire early, ``p`` how often a thread may look in vain before it is set aside.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import platform
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from taskqueue_harness import Bounds, explore, fault_point
from taskqueue_reference.task_queue import TaskQueue as Reference

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oss2 has invalid escape sequences
    from oss2.task_queue import TaskQueue as Oss2

SUBJECTS: dict[str, tuple[Callable[..., Any], str]] = {
    "oss2": (Oss2, "oss2.task_queue"),
    "reference": (Reference, "taskqueue_reference.task_queue"),
}

SIZES = ((1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 1), (3, 2, 0), (2, 3, 0))
"""Items, consumers, deviations."""


class Injected(Exception):
    """What a callback raises where the strategy says so."""


def scenario(name: str, items: int, consumers: int) -> None:
    """The producer puts `items`, every consumer takes until the end; any step of theirs may fail.

    What is checked: run() comes back, and without a failure every item was taken once.
    """
    taken: list[int] = []
    failed: list[BaseException] = []

    def step() -> None:
        try:
            fault_point("step", [Injected("injected")])
        except Injected as error:
            failed.append(error)
            raise

    def produce(q: Any) -> None:
        for item in range(items):
            step()
            q.put(item)
        step()

    def consume(q: Any) -> None:
        while True:
            step()
            item = q.get()
            if item is None:
                return
            taken.append(item)

    # The interrupt may come anywhere in this thread, even before run() and after.
    with contextlib.suppress(KeyboardInterrupt):
        try:
            SUBJECTS[name][0](produce, [consume] * consumers).run()
        except Injected as error:
            if error not in failed:
                raise AssertionError("run() raised a failure of another run") from None
        except RuntimeError:
            pass  # the start that failed
        else:
            assert not failed, "a failure was swallowed"
            assert sorted(taken) == list(range(items)), taken


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Exhaustive searches of two TaskQueues.")
    parser.add_argument("--seconds", type=float, default=120.0, help="for each search")
    parser.add_argument("--rewritten", action="store_true", help="shared memory as choices, too")
    parser.add_argument("--early", type=int, default=0, help="early timeouts, b")
    parser.add_argument("--subject", choices=list(SUBJECTS), action="append")
    options = parser.parse_args(argv)
    print(f"{platform.python_implementation()} {platform.python_version()}")
    print(f"{'subject':10} items consumers f b p  executions  redundant  seconds  verdict, grade")
    for name in options.subject or SUBJECTS:
        for items, consumers, faults in SIZES:
            bounds = Bounds(
                early_timeouts=options.early,
                faults=faults,
                failed_starts=bool(faults),
                interrupts=bool(faults),
            )
            result = explore(
                functools.partial(scenario, name, items, consumers),
                strategy="dpor",
                executions=10_000_000,
                seconds=options.seconds,
                bounds=bounds,
                scope=(SUBJECTS[name][1],),
                rewrite=options.rewritten,
            )
            print(
                f"{name:10} {items:5} {consumers:9} {faults} {bounds.early_timeouts} "
                f"{bounds.polls}  {result.executions:10,}  {result.redundant:9,}  "
                f"{result.seconds:7.1f}  {result.verdict}, {result.grade} {result.cut}",
                flush=True,
            )


if __name__ == "__main__":
    main()
