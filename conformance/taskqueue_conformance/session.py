"""One session of the suite: options, the bench, and what the tests have found so far."""

from __future__ import annotations

import base64
import binascii
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from taskqueue_conformance import bounded, scenarios
from taskqueue_conformance.baseline import Baseline
from taskqueue_conformance.bench import Bench, Settings, Unusable
from taskqueue_conformance.clause import raise_outcome
from taskqueue_conformance.contract import lookup
from taskqueue_conformance.depth import Depth
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.records import Record
from taskqueue_conformance.workload import Scenario

__all__ = ["RECORDS", "Execution", "Options", "Session", "replay_of", "token_of"]

DEFAULT_TARGET = "taskqueue_reference:TaskQueue"

RECORDS = pytest.StashKey[list[Record]]()
"""Where a test leaves what it has found."""


@dataclass(frozen=True)
class Options:
    """The suite's options, checked.

    Attributes:
        target: what ``--impl`` names; the reference if it is not given.
        given: whether it was.
        profile, depth, factor, seed: see the command line's help.
        scenario: the only scenario to look at, or None.
        replay: what a token stands for, or None.
        baseline: known failures.
        shard: which part of the work, of how many: (1, 1) for all.
        coverage_folder: where the children leave coverage data, or None.
        cwd: where the user is.
    """

    target: str
    given: bool
    profile: str
    depth: Depth
    factor: float
    seed: int
    scenario: str | None = None
    replay: Scenario | Execution | None = None
    baseline: Baseline = field(default_factory=dict)
    shard: tuple[int, int] = (1, 1)
    coverage_folder: str | None = None
    cwd: str = "."


@dataclass(frozen=True)
class Execution:
    """One execution under the engine: a job, and the schedule that it was led by."""

    job: Job
    schedule: str


def token_of(data: Scenario | dict[str, Any]) -> str:
    """What replays a piece of evidence, as one word for the command line."""
    if isinstance(data, Scenario):
        data = data.to_json()
    packed = zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def replay_of(token: str) -> Scenario | Execution:
    """What `token_of` packed: a scenario for real threads, or an execution under the engine.

    Raises:
        ValueError: it is no such word.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        data = json.loads(zlib.decompress(base64.urlsafe_b64decode(padded)))
        if "job" in data:
            return Execution(Job.from_json(data["job"]), str(data["schedule"]))
        return Scenario.from_json(data)
    except (ValueError, TypeError, KeyError, zlib.error, binascii.Error) as exc:
        raise ValueError(f"it is not a token as a report prints it ({exc})") from None


class Session:
    """Shared by all tests of one pytest process.

    Args:
        options: see there.
        excused: tells of a clause whether its failure does not decide.
    """

    def __init__(self, options: Options, excused: Callable[[str], bool]) -> None:
        self.options = options
        self.excused = excused
        self._bench: Bench | None = None
        self.about: dict[str, Any] = {}
        """What is known of the implementation: name, version, files."""

    @property
    def depth(self) -> Depth:
        return self.options.depth

    @property
    def seed(self) -> int:
        return self.options.seed

    @property
    def ordinary(self) -> list[Scenario]:
        """The regular scenarios that apply to the implementation."""
        return self.bench.applicable(scenarios.regular(self.depth))

    @property
    def replayed(self) -> Scenario | Execution | None:
        return self.options.replay

    @property
    def opened(self) -> Bench | None:
        """The bench, if any test has needed it."""
        return self._bench

    @property
    def bench(self) -> Bench:
        """The bench, with the implementation loaded.

        Raises:
            Unusable: it cannot be tested.
        """
        if self._bench is None:
            options = self.options
            settings = Settings(
                options.target,
                options.factor,
                cap=options.depth.cap,
                budget=options.depth.budget,
                seed=options.seed,
                explore=options.depth.explore,
                minimised=options.depth.minimised,
                hangs_repeated=options.depth.hangs_repeated,
                shard=options.shard,
                coverage_folder=options.coverage_folder,
                cwd=options.cwd,
            )
            bench = Bench(settings)
            try:
                bench.open()
            except Unusable:
                bench.close()
                raise
            bench.usual = bench.applicable_jobs(bounded.ordinary(options.depth))
            self._bench = bench
            self.about = bench.about
        return self._bench

    def stress(self, name: str, repetition: int) -> Scenario:
        """The stress scenario of this name, with the seed of this repetition."""
        shard = f"/{self.options.shard}" if self.options.shard[1] > 1 else ""
        seed = random.Random(f"{self.seed}/{repetition}{shard}").randrange(1 << 30)
        workloads = scenarios.stress(self.depth, seed, repetition)
        return next(one for one in workloads if one.name == name)

    def conclude(self, item: pytest.Item, records: list[Record]) -> None:
        """Keep what a test found, and fail it if a clause that decides was contradicted."""
        item.stash[RECORDS] = [record for record in records if record.clause]
        raise_outcome(records, self.excused)

    def decisive(self, clause: str) -> bool:
        """Whether the profile demands the clause."""
        return lookup(clause).within(self.options.profile)

    def close(self) -> None:
        """End everything that was started."""
        if self._bench is not None:
            self._bench.close()
            self._bench = None
