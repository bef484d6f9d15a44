"""Random programs: the reduction shows exactly what brute force shows.

Here the first few seeds; `tests.harness.soundness` is the command for a thousand.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harness.randomprograms import Comparison, compare

from taskqueue_harness.strategies import SourceDPOR

SMALL = 40


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Comparison]:
    directory = tmp_path_factory.mktemp("programs")
    compared: list[Comparison] = []
    seed = 0
    while sum(not one.too_large for one in compared) < SMALL:
        compared.append(compare(seed, directory, limit=500))
        seed += 1
    return [one for one in compared if not one.too_large]


def test_the_reduction_shows_what_brute_force_shows(found: list[Comparison]) -> None:
    wrong = {one.seed: one.wrong for one in found if one.wrong}
    assert not wrong


def test_the_programs_are_worth_it(found: list[Comparison]) -> None:
    """They differ in outcome, some fail, and the reduction leaves most executions out."""
    assert sum(len(one.brute.found) > 1 for one in found) >= 5
    assert sum(one.replayed for one in found) >= 5
    assert sum(one.brute.executions for one in found) > 5 * sum(
        one.reduced.executions for one in found
    )


def test_a_reduction_that_forgets_backtracking_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The specimen: one that never reverses a race misses outcomes of some of the programs."""
    monkeypatch.setattr(SourceDPOR, "_reverse_all", lambda *_: None)
    assert any(
        text.startswith("missed")
        for seed in range(40)
        for text in compare(seed, tmp_path, limit=500).wrong
    )
