"""What came back from one performance of a scenario, however it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from taskqueue_conformance.history import History
from taskqueue_conformance.oracles import Finding
from taskqueue_conformance.workload import Scenario
from taskqueue_harness.supervise import Outcome

__all__ = ["Observation"]


@dataclass
class Observation:
    """One performance.

    Attributes:
        scenario: what was performed.
        histories: one per queue that was made.
        notes: what else was looked at: threads, memory, log records, stacks.
        died: how and when the process ended before it could answer, None if it answered.
        slow: why it could not be finished in time although it was not seen to hang, or was not
            begun; None if neither is so.
        begun: whether it was performed at all.
        exited: whether the process ended by itself after its answer.
        output: what it wrote.
        seconds: how long it took.
        findings: what it contradicts, once somebody has asked `judgement.findings`.
    """

    scenario: Scenario
    histories: list[History] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    died: str | None = None
    slow: str | None = None
    begun: bool = True
    exited: bool = False
    output: str = ""
    seconds: float = 0.0
    findings: tuple[Finding, ...] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_outcome(cls, scenario: Scenario, outcome: Outcome) -> Observation:
        """What a supervised child's answer says."""
        observation = cls(
            scenario, exited=outcome.exited, output=outcome.output, seconds=outcome.seconds
        )
        if outcome.result is None and outcome.done and outcome.ended == "overdue":
            # Nothing that was to be judged can have kept the report back.
            observation.slow = f"all runs came back, but {outcome.how_it_died()} as it reported"
        elif outcome.result is None:
            when = "after all runs came back" if outcome.done else "before run() came back"
            observation.died = f"{outcome.how_it_died()} {when}"
        else:
            histories = outcome.result["histories"]
            observation.histories = [History.from_json(data) for data in histories]
            observation.notes = outcome.result["notes"]
            observation.slow = outcome.result["slow"]
        return observation

    @property
    def hung(self) -> bool:
        """Whether it was given up as a hang."""
        return any(history.hang is not None for history in self.histories)

    @property
    def history(self) -> History:
        """The history of the last queue that was made."""
        return self.histories[-1]
