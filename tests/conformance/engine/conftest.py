"""Implementations in files of their own, explored in this process."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taskqueue_conformance.engine.job import Exploration, Job
from taskqueue_conformance.engine.scope import place_of
from taskqueue_conformance.engine.searching import search
from taskqueue_conformance.loading import load, names_of

Explore = Callable[..., Exploration]

TESTS = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _modules_as_before() -> Iterator[None]:
    """What a test loads by path, `base` of the specimens say, is not another test's."""
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(modules):
        if name.partition(".")[0] not in ("taskqueue_harness", "taskqueue_conformance"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def explored() -> Explore:
    """Explores a job on what a target names."""

    def explore(target: str, job: Job, **changes: object) -> Exploration:
        place, scope = place_of(load(target), *names_of(target))
        return search(dataclasses.replace(job, **changes), place, scope)  # type: ignore[arg-type]

    return explore


@pytest.fixture
def specimen() -> Callable[[str], str]:
    """The target of a specimen, innocent or hostile subject: ``specimens/name``."""
    return lambda name: f"{TESTS / name}.py:TaskQueue"
