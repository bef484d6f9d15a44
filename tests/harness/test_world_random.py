"""Random numbers are the same in every execution, and what they were is no proof of others."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest

from taskqueue_harness import explore


def jitter() -> None:
    def nap() -> None:
        for _ in range(random.randrange(1, 4)):
            time.sleep(random.uniform(0.001, 0.1))

    threads = [threading.Thread(target=nap) for _ in range(2)]
    random.shuffle(threads)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def generators_of_their_own() -> None:
    numbers = [random.Random().random(), random.Random(None).random(), random.random()]
    assert len(set(numbers)) == 1
    assert random.Random(1).random() != numbers[0]
    random.seed(7)
    first = random.random()
    random.seed(7)
    assert random.random() == first


@pytest.mark.parametrize("program", [jitter, generators_of_their_own])
def test_a_program_repeats_itself_whose_numbers_are_random(program: Callable[[], None]) -> None:
    result = explore(program, strategy="dpor", executions=500)
    assert result.ok, result
    assert any("random" in what for what in result.not_modelled)


def test_the_numbers_of_the_process_are_not_touched() -> None:
    random.seed(3)
    expected = [random.random() for _ in range(3)]
    random.seed(3)
    assert random.random() == expected[0]
    assert explore(jitter, executions=3).ok
    assert [random.random() for _ in range(2)] == expected[1:]
