"""What the engine is asked to look at, and what came of it: data, JSON-able, child to parent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from taskqueue_conformance.history import History
from taskqueue_conformance.workload import Scenario

__all__ = ["SLOWNESS", "Contradiction", "Exploration", "Job"]

SLOWNESS = 20
"""How many times its processor time a search may take on a busy machine."""


@dataclass(frozen=True)
class Job:
    """One scenario to be explored.

    Attributes:
        scenario: what the callbacks do.
        kinds: of failures that the strategy may raise before any operation of a callback.
        failed_starts: whether it may have a thread fail to start.
        interrupts: whether it may interrupt run(), before any of its operations.
        faults: how many of these there may be in one execution (f).
        early_timeouts: how many timed waits of one execution may end early (b).
        samples: how many schedules of the portfolio are tried.
        exhaust: how many executions source-DPOR may take to see everything after that; with 0 it
            is not tried.
        seconds: of processor time, at most.
        seed: of the samples.
        oracle: the name of a special oracle that judges each execution besides the universal ones.
        special: whether that one judges alone.
        only: the clause to look for, alone; None for all.
        first: whether to stop at the first contradiction.
        steps: operations of one execution.
    """

    scenario: Scenario
    kinds: tuple[str, ...] = ()
    failed_starts: bool = False
    interrupts: bool = False
    faults: int = 0
    early_timeouts: int = 1
    samples: int = 40
    exhaust: int = 0
    seconds: float = 60.0
    seed: int = 0
    oracle: str = ""
    special: bool = False
    only: str | None = None
    first: bool = False
    steps: int = 20_000

    @property
    def name(self) -> str:
        """In reports: the scenario, and what may go wrong in it."""
        wrong = [*(f"{kind} anywhere" for kind in self.kinds)]
        if self.failed_starts:
            wrong.append("a failed start")
        if self.interrupts:
            wrong.append("an interrupt")
        if not wrong or not self.faults:
            return self.scenario.name
        return f"{self.scenario.name}; {' or '.join(wrong)}"

    def describe(self) -> list[str]:
        """For a reader: a line per callback, and what may go wrong."""
        lines = self.scenario.describe()
        may = [f"an exception ({kind}) anywhere in a callback" for kind in self.kinds]
        may += ["a thread that cannot be started"] * self.failed_starts
        may += ["a KeyboardInterrupt in run()"] * self.interrupts
        if may and self.faults:
            lines.append(f"and at most {self.faults} of: {', '.join(may)}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data; fields with their default value are left out."""
        data = {
            one.name: getattr(self, one.name)
            for one in dataclasses.fields(self)
            if one.name != "scenario" and getattr(self, one.name) != one.default
        }
        return {**data, "scenario": self.scenario.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Job:
        """The job that `to_json` wrote. Raises ValueError for what is none."""
        known = {one.name for one in dataclasses.fields(cls)}
        if unknown := sorted(set(data) - known):
            raise ValueError(f"a job has no field {', '.join(unknown)}")
        values = {**data, "scenario": Scenario.from_json(data["scenario"])}
        values["kinds"] = tuple(data.get("kinds", ()))
        return cls(**values)


@dataclass
class Contradiction:
    """An execution that contradicts a clause.

    Attributes:
        clause: its id.
        seen: the sentence that says how.
        history: what was seen.
        others: the other clauses that the sentence may speak of as well.
        schedule: the token that replays the execution.
        number: which execution it was.
        lanes: the execution, minimised and drawn; empty if it was not.
        smaller: how far it was minimised, in words.
    """

    clause: str
    seen: str
    history: History
    others: tuple[str, ...] = ()
    schedule: str = ""
    number: int = 0
    lanes: list[str] = field(default_factory=list)
    smaller: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data."""
        data = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return {**data, "history": self.history.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Contradiction:
        """The contradiction that `to_json` wrote."""
        history, others = History.from_json(data["history"]), tuple(data["others"])
        return cls(**{**data, "history": history, "others": others})


@dataclass
class Exploration:
    """What came of a job.

    Attributes:
        job: what was asked.
        executions: how many there were, redundant ones included.
        redundant: how many of them repeated what was known.
        unfinished: how many of them were given up at the limit of operations, unjudged.
        steps: operations in all of them.
        seconds: how long they took.
        used: seconds of processor time that all of it took.
        exhausted: every behaviour within the bounds was seen.
        cut: the limit that ended the search, if one did.
        threads: the most that any execution had.
        bounds: in words.
        uncontrolled: why nothing can be concluded; empty if something can.
        not_modelled: what happened that the engine does not model.
        contradictions: at most a few for each clause, the first ones.
        counts: by clause, how many executions contradict it.
    """

    job: Job
    executions: int = 0
    redundant: int = 0
    unfinished: int = 0
    steps: int = 0
    seconds: float = 0.0
    used: float = 0.0
    exhausted: bool = False
    cut: str = ""
    threads: int = 1
    bounds: str = ""
    uncontrolled: str = ""
    not_modelled: list[str] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """How many executions were judged."""
        return self.executions - self.redundant - self.unfinished

    def to_json(self) -> dict[str, Any]:
        """As JSON-able data, but for the job."""
        data = {
            one.name: getattr(self, one.name)
            for one in dataclasses.fields(self)
            if one.name != "job"
        }
        return {**data, "contradictions": [one.to_json() for one in self.contradictions]}

    @classmethod
    def from_json(cls, job: Job, data: Mapping[str, Any]) -> Exploration:
        """The exploration of `job` that `to_json` wrote."""
        found = [Contradiction.from_json(entry) for entry in data["contradictions"]]
        return cls(job, **{**data, "contradictions": found})
