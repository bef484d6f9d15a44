"""The other tools, each in a process of its own.

    python -m tests.benchmarks.peers TOOL PROGRAM N

Prints the executions it made and the seconds they took, of the clock and of the processor, as JSON.
A process of its own, since the tools change ``threading`` for the process they are in.

They differ in what they can be given, and this is in their favour. interleave-test runs the
programs of `workloads` as they are. frontrun controls the threads that it starts itself, so that it
gets the state and the bodies of the threads: of oss2's TaskQueue those of the producer and of the
consumers, without ``run()``. ploom knows no primitives but its own, and no queue: each program is
written with its lock and its shared cell, the TaskQueue with a lock for each item.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Run(NamedTuple):
    """How many executions were made, and the seconds: of the clock, and of the processor."""

    executions: int
    seconds: float
    worked: float


class Tool(NamedTuple):
    """A tool, one way to use it, and how many executions it gets for each of the engine's."""

    package: str
    options: tuple[str, ...]
    share: float

    def __str__(self) -> str:
        version = importlib.metadata.version(self.package)
        return ", ".join([f"{self.package} {version}", *self.options])


TOOLS: dict[str, Tool] = {
    "interleave-random-line": Tool("interleave-test", ("random", "line"), 0.2),
    "interleave-random-opcode": Tool("interleave-test", ("random", "opcode"), 0.1),
    "interleave-pct-line": Tool("interleave-test", ("pct", "line"), 0.2),
    "interleave-pct-opcode": Tool("interleave-test", ("pct", "opcode"), 0.1),
    "interleave-dfs-opcode": Tool("interleave-test", ("dfs", "opcode"), 0.1),
    "frontrun-random": Tool("frontrun", ("random",), 0.1),
    "frontrun-dpor": Tool("frontrun", ("dpor",), 0.1),
    "ploom": Tool("ploom", (), 0.01),
}


def installed() -> list[str]:
    """The tools that can take part here."""
    found = []
    for name, tool in TOOLS.items():
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version(tool.package)
            found.append(name)
    return found


def run_apart(tool: str, program: str, executions: int) -> Run:
    """Have a tool run a program in a process of its own."""
    count = max(int(executions * TOOLS[tool].share), 10)
    child = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.peers", tool, program, str(count)],
        capture_output=True,
        text=True,
        env={**os.environ, "FRONTRUN_ACTIVE": "1"} if tool.startswith("frontrun") else None,
        check=False,
    )
    if child.returncode:
        raise RuntimeError(f"{tool} on {program}:\n{child.stdout}{child.stderr}")
    return Run(*json.loads(child.stdout.splitlines()[-1]))


# -- interleave-test


def interleave(options: Sequence[str], program: str, count: int) -> int:
    from tests.benchmarks.workloads import PROGRAMS

    tool = importlib.import_module("interleave_test")
    strategy, granularity = options
    result = tool.explore(
        PROGRAMS[program], iterations=count, strategy=strategy, granularity=granularity, seed=1
    )
    return int(result.schedules_run)


# -- frontrun: state, and what each thread does with it


class Shared:
    """What the threads of a small program share."""

    def __init__(self) -> None:
        self.value = 0
        self.first, self.second = threading.Lock(), threading.Lock()


def _add(shared: Shared) -> None:
    value = shared.value
    shared.value = value + 1


def _add_under_lock(shared: Shared) -> None:
    with shared.first:
        shared.value += 1


def _take_both(shared: Shared) -> None:
    with shared.first, shared.second:
        pass


def _task_queue() -> tuple[Any, list[int]]:
    from oss2.task_queue import TaskQueue

    taken: list[int] = []

    def produce(q: Any) -> None:
        for item in range(3):
            q.put(item)

    def consume(q: Any) -> None:
        while (item := q.get()) is not None:
            taken.append(item)

    return TaskQueue(produce, [consume, consume]), taken


def _produce(state: Any) -> None:
    state[0]._TaskQueue__producer_func()


def _consume(state: Any) -> None:
    state[0]._TaskQueue__consumer_func(state[0]._TaskQueue__consumers[0])


def _all_taken(state: Any) -> bool:
    return sorted(state[1]) == [0, 1, 2]


_PARTS: dict[str, tuple[Callable[[], Any], list[Callable[[Any], None]], Callable[[Any], bool]]] = {
    "lost_update": (Shared, [_add, _add], lambda shared: True),
    "with_lock": (Shared, [_add_under_lock] * 2, lambda shared: bool(shared.value == 2)),
    "two_locks": (Shared, [_take_both, _take_both], lambda shared: True),
    "task_queue": (_task_queue, [_produce, _consume, _consume], _all_taken),
}


def frontrun(options: Sequence[str], program: str, count: int) -> int:
    tool = importlib.import_module("frontrun")
    setup, workers, invariant = _PARTS[program]
    (strategy,) = options
    limit = {"max_executions": count} if strategy == "dpor" else {"max_attempts": count, "seed": 1}
    result = tool.explore(
        setup=setup,
        workers=workers,
        invariant=invariant,
        strategy=strategy,
        detect_io=False,
        **limit,
    )
    return int(result.num_explored)


# -- ploom: programs of its own primitives


def _ploom_threads(ploom: Any, *functions: Callable[[], None]) -> None:
    threads = [ploom.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ploom_lost_update() -> None:
    ploom = importlib.import_module("ploom")
    cell = ploom.SharedCell(0)

    def add() -> None:
        cell.write(cell.read() + 1)

    _ploom_threads(ploom, add, add)


def ploom_with_lock() -> None:
    ploom = importlib.import_module("ploom")
    cell, lock = ploom.SharedCell(0), ploom.Lock()

    def add() -> None:
        with lock:
            cell.write(cell.read() + 1)

    _ploom_threads(ploom, add, add)
    assert cell.read() == 2


def ploom_two_locks() -> None:
    ploom = importlib.import_module("ploom")
    first, second = ploom.Lock(), ploom.Lock()

    def take() -> None:
        with first, second:
            pass

    _ploom_threads(ploom, take, take)


def ploom_task_queue() -> None:
    """Item i is there when lock i, taken from the start, has been released."""
    ploom = importlib.import_module("ploom")
    end = -1
    mutex, given, head = ploom.Lock(), [], ploom.SharedCell(0)
    for _ in range(5):
        lock = ploom.Lock()
        lock.acquire()
        given.append((lock, ploom.SharedCell(end)))
    taken: list[int] = []

    def produce() -> None:
        for number, item in enumerate((0, 1, 2, end, end)):
            given[number][1].write(item)
            given[number][0].release()

    def consume() -> None:
        while True:
            with mutex:
                number = head.read()
                head.write(number + 1)
            given[number][0].acquire()
            item = given[number][1].read()
            if item == end:
                return
            taken.append(item)

    _ploom_threads(ploom, produce, consume, consume)
    assert sorted(taken) == [0, 1, 2]


def ploom(options: Sequence[str], program: str, count: int) -> int:
    tool = importlib.import_module("ploom")
    logging.disable(logging.CRITICAL)
    # By its importable name: it runs every execution in a process of its own.
    scenario = getattr(importlib.import_module("tests.benchmarks.peers"), f"ploom_{program}")
    config = tool.Config(max_executions=count, timeout=600.0, minimize_executions=0)
    with tempfile.TemporaryDirectory() as directory:
        try:
            statistics = tool.check(scenario, config=config, trace_dir=Path(directory))
        except tool.IncompleteExplorationError as error:
            statistics = error.statistics  # more there were than it was to make
    return int(statistics.executions)


RUNNERS: dict[str, Callable[[Sequence[str], str, int], int]] = {
    "interleave-test": interleave,
    "frontrun": frontrun,
    "ploom": ploom,
}


def _worked() -> float:
    """Seconds of the processor, of this process and of those that it waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def main(arguments: Sequence[str]) -> None:
    name, program, count = arguments
    tool = TOOLS[name]
    run = RUNNERS[tool.package]
    run(tool.options, program, 2)  # what it imports and compiles first is not counted
    began, worked = time.perf_counter(), _worked()
    made = run(tool.options, program, int(count))
    print(json.dumps([made, time.perf_counter() - began, _worked() - worked]), flush=True)
    # Some leave threads behind that would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
