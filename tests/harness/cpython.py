"""CPython's own tests of threads and queues, one method at a time, as programs.

They come from the interpreter's ``test`` package and are executed in the world, so that their
``threading``, ``_thread``, ``queue`` and ``time`` are the virtual ones. ``unittest`` is the real
one: it runs the method within the program, and what it found is the program's result.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import re
import sys
import unittest
from collections.abc import Iterator
from typing import NamedTuple

from taskqueue_harness import Bounds, Exploration
from taskqueue_harness.strategies import RandomWalk, Replay
from taskqueue_harness.world.program import Loaded

SCOPE = (
    "test.support",
    "test.support.import_helper",
    "test.support.threading_helper",
    "test.lock_tests",
)

OUTSIDE = re.compile(
    r"assert_python_(ok|failure)|script_helper|_run_and_join|subprocess|os\.fork|os\.waitpid"
    r"|requires_fork|_testcapi|_testinternalcapi|run_in_subinterp|interpreters|ctypes"
)
"""What puts a test outside: other processes, forks, other interpreters, the C API's own tests."""


class Method(NamedTuple):
    """A test method of CPython."""

    module: str
    case: str
    method: str

    def __str__(self) -> str:
        return f"{self.case}.{self.method}"


def run(module_name: str, case_name: str, method: str) -> list[str]:
    """The program: one test method. Returns what went wrong, and why it was skipped."""
    module = importlib.import_module(module_name)
    # As an attribute of the class the method's name and its set-up are those of any other run.
    case = getattr(module, case_name)(method)
    result = unittest.TestResult()
    case_class = type(case)
    case_class.setUpClass()
    try:
        case.run(result)
    finally:
        case_class.tearDownClass()
        case_class.doClassCleanups()
    found = [text for _, text in (*result.failures, *result.errors)]
    found += [text for _, text in result.expectedFailures]
    return found + [f"skipped: {reason}" for _, reason in result.skipped]


def methods_of(module_name: str) -> Iterator[Method]:
    """All test methods of a module that the interpreter itself would run."""
    module = importlib.import_module(module_name)
    for name, case in vars(module).items():
        if isinstance(case, type) and issubclass(case, unittest.TestCase):
            for method in unittest.defaultTestLoader.getTestCaseNames(case):
                yield Method(module_name, name, method)


LEFT_OUT = {
    "test_gettrace_all_threads": "sets the trace function of OS threads; fibers share one",
    "test_getprofile_all_threads": "sets the profile function of OS threads; fibers share one",
    "test_can_interrupt_tight_loops": "a real signal ends a loop that does nothing at all",
    "test_disallow_instantiation": "the virtual lock is a class that can be called",
    "test_foreign_thread": "a dummy thread ends with its thread, as it does since Python 3.12",
    "test_ident_of_no_threading_threads": "the same",
    "test_unraisable_exception": "what leaves a raw thread is the failure of the execution",
    "test_shutdown_locks": "looks at private locks of the thread state",
    "test_tstate_lock": "looks at private locks of the thread state",
}
"""Tests of threads alone that are left out, and why."""


def outside(test: Method) -> str:
    """Why a test cannot be one of threads alone, by what its source uses; or nothing."""
    case = getattr(sys.modules[test.module], test.case)
    for name in (test.method, str(test)):
        if name in LEFT_OUT:
            return LEFT_OUT[name]
    function = inspect.unwrap(getattr(case, test.method))
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        return ""
    found = OUTSIDE.search(text)
    return found.group() if found else ""


@functools.cache
def exploration_of(module: str) -> Exploration:
    """One for all tests of a module: the world is compiled once."""
    # Some tests collect garbage a hundred times, to see threads go that are kept to the end of an
    # execution: what is there already need not be looked through each time.
    gc.collect()
    gc.freeze()
    return Exploration(
        functools.partial(run, module, "", ""),
        bounds=Bounds(early_timeouts=0, steps=4_000_000),
        scope=(*SCOPE, module),
        rewrite=False,
    )


def explore_test(test: Method, schedules: int) -> Iterator[str]:
    """Run a test under the default schedule and random ones; yields what went wrong.

    The collector is off meanwhile, as in any exploration: what counts on it sees nothing collected.
    """
    exploration = exploration_of(test.module)
    exploration.loaded = Loaded(functools.partial(run, *test), exploration.world)
    for number in range(schedules):
        strategy = RandomWalk(number) if number else Replay([], strict=False)
        strategy.begin(exploration.kernel)
        gc.disable()
        try:
            outcome = exploration.execute(strategy)
        finally:
            gc.enable()
        # A test of excepthook lets an exception leave a thread: the test knows whether it passed.
        if outcome.verdict not in ("done", "failed") or outcome.value is None:
            yield f"schedule {number}: {outcome.verdict} {outcome.message} {outcome.traceback}"
        elif outcome.value:
            yield f"schedule {number}: " + "\n".join(outcome.value)
