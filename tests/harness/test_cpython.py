"""The virtual threading, queue and _thread pass the tests that CPython has for the real ones.

Each under the default schedule and under two random ones. What is left out, and why, is in
`cpython.LEFT_OUT`; tests that start processes or use the C API are outside.
"""

from __future__ import annotations

import pytest
from tests.harness.cpython import LEFT_OUT, Method, explore_test, methods_of, outside

MODULES = ("test.test_queue", "test.test_thread", "test.test_threading")
SCHEDULES = 3

pytest.importorskip("test.lock_tests", reason="this Python came without its own tests")

ALL = [test for module in MODULES for test in methods_of(module)]
INSIDE = [test for test in ALL if not outside(test)]


def test_there_are_enough() -> None:
    assert len(INSIDE) >= 180
    assert len(INSIDE) >= 0.75 * len(ALL)


def test_what_is_left_out_is_still_there_in_some_version() -> None:
    assert {test.method for test in ALL} & set(LEFT_OUT)


@pytest.mark.parametrize("test", INSIDE, ids=str)
def test_it_passes_as_on_real_threads(test: Method) -> None:
    wrong = [text for text in explore_test(test, SCHEDULES) if "skipped: " not in text]
    assert not wrong, "\n".join(wrong)
