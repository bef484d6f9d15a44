"""The litmus programs of the syntactic forms under the engine: DPOR sees exactly their outcomes."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.harness.litmus_forms import LITMUS, Litmus, both

from taskqueue_harness.explore import explore
from taskqueue_harness.outcome import Outcome

MAIN = """
import threading

def main():
    s = start()
    errors = []
    def body(function):
        try:
            function(s)
        except Exception as error:
            errors.append(type(error).__name__)
    threads = [threading.Thread(target=body, args=(function,)) for function in (one, two)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    found = result(s)
    return (found, *sorted(errors)) if errors else found
"""


def program(litmus: Litmus, directory: Path, name: str) -> Callable[[], Any]:
    file = directory / f"{name}.py"
    file.write_text(litmus.source + MAIN)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module.main  # type: ignore[no-any-return]


def outcomes(litmus: Litmus, directory: Path, strategy: str) -> set[Any]:
    found = set()

    def see(outcome: Outcome) -> None:
        if outcome.verdict != "redundant":
            assert outcome.verdict == "done", outcome
            found.add(outcome.value)

    name = "litmus_program"
    try:
        main = program(litmus, directory, name)
        seen = explore(main, strategy=strategy, keep_going=True, on_execution=see)
    finally:
        sys.modules.pop(name, None)
    assert seen.exhausted, seen.summary()
    return found


@pytest.mark.parametrize("litmus", LITMUS, ids=lambda one: one.form)
def test_dpor_sees_exactly_the_outcomes(litmus: Litmus, tmp_path: Path) -> None:
    assert outcomes(litmus, tmp_path, "dpor") == litmus.outcomes


PEERS_MISS = [
    both(
        "Queue.empty() then get",
        "if not s.q.empty(): s.log.append(s.q.get_nowait())",
        "s.q = queue.Queue(); s.q.put(1); s.log = []",
        "len(s.log)",
        {1, (1, "Empty")},
        "import queue\n",
    ),
    both(
        "SimpleQueue.empty() then get",
        "if not s.q.empty(): s.log.append(s.q.get_nowait())",
        "s.q = queue.SimpleQueue(); s.q.put(1); s.log = []",
        "len(s.log)",
        {1, (1, "Empty")},
        "import queue\n",
    ),
    both(
        "deque truth then pop",
        "if s.dq: s.dq.pop()",
        "s.dq = deque([1])",
        "len(s.dq)",
        {0, (0, "IndexError")},
    ),
    both(
        "k not in d then set",
        "if 'k' not in s.d:\n    s.made.append(1)\n    s.d['k'] = 1",
        "s.d = {}; s.made = []",
        "len(s.made)",
        {1, 2},
    ),
]
"""Check-then-act shapes that peers certify as correct."""


@pytest.mark.parametrize("litmus", PEERS_MISS, ids=lambda one: one.form)
def test_check_then_act_on_queues_and_containers_is_seen(litmus: Litmus, tmp_path: Path) -> None:
    assert outcomes(litmus, tmp_path, "dpor") == litmus.outcomes


@pytest.mark.parametrize("form", ["augmented attribute", "closure cell", "lambda"])
def test_dpor_agrees_with_depth_first_search(form: str, tmp_path: Path) -> None:
    litmus = next(one for one in LITMUS if one.form == form)
    assert outcomes(litmus, tmp_path, "dfs") == outcomes(litmus, tmp_path, "dpor")


def test_code_over_globals_of_its_own_has_its_accesses_seen(tmp_path: Path) -> None:
    litmus = both(
        "function over other globals",
        "change(s)",
        "s.n = 0; s.xs = []",
        "s.n, len(s.xs)",
        {(1, 2), (2, 2)},
        "import types\n"
        "def _change(s):\n"
        "    s.n += 1\n"
        "    s.xs.append(make([1]))\n"
        "def _make(xs): return xs[0]\n"
        "make = types.FunctionType(_make.__code__, {})\n"
        "change = types.FunctionType(_change.__code__, {'make': make})\n",
    )
    assert outcomes(litmus, tmp_path, "dpor") == litmus.outcomes


def test_an_object_without_weak_references_signals_its_end_when_it_dies(tmp_path: Path) -> None:
    litmus = both(
        "signal by __del__",
        "use(s)",
        "s.ends = queue.Queue(); s.log = []",
        "len(s.log)",
        {2},
        "import queue\n"
        "class Base:\n"
        "    __slots__ = ('ends', 'n')\n"
        "    def __del__(self):\n"
        "        '''Say so.'''\n"
        "        self.ends.put(self.n)\n"
        "class Token(Base):\n"
        "    __slots__ = ()\n"
        "    def __del__(self):\n"
        "        self.n += 1\n"
        "        super().__del__()\n"
        "        self.n -= 1\n"
        "def use(s):\n"
        "    token = Token()\n"
        "    token.ends, token.n = s.ends, 0\n"
        "    token.n += 1\n"
        "    token = None\n"
        "    s.log.append(s.ends.get())\n",
    )
    assert outcomes(litmus, tmp_path, "dpor") == litmus.outcomes
