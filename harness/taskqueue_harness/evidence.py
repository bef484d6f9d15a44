"""What a result is worth, in sentences: how much of what there is was seen."""

from __future__ import annotations

from taskqueue_harness.outcome import INCONCLUSIVE
from taskqueue_harness.result import Result
from taskqueue_harness.world.forms import NOT_MODELLED


def evidence(result: Result) -> list[str]:
    """The grade of a result and what it means here, with its counts and bounds."""
    bounds = result.bounds
    within = (
        f"at most {_n(bounds.early_timeouts, 'early timeout')} (b), {_n(bounds.polls, 'poll')} per "
        f"thread (p), {_n(bounds.faults, 'fault')} (f) and {bounds.steps:,} operations"
    )
    run = _n(result.executions, "schedule")
    if result.redundant:
        run += f", {result.redundant:,} of them redundant,"
    if result.unfinished:
        run += f", {result.unfinished:,} of them not to their end,"
    lines = []
    if result.verdict in INCONCLUSIVE:
        lines.append("unverified: nothing can be concluded from this")
    elif not result.ok:
        lines.append(
            "a failure is a fact: its schedule replays"
            if result.reproduced
            else "it failed, but its replay did not: not all of it depends on the schedule"
        )
    elif result.strategy in ("replay", "follow"):
        lines.append("one schedule was followed; nothing is said about others")
    elif result.grade == "unverified":
        lines.append("unverified: there was nothing to explore")
    elif result.exhausted:
        lines.append(
            f"proved: every behaviour was seen, up to the order of independent steps, in {run} "
            f"within {within}"
        )
        lines.append("it holds for this program but for what is not modelled: " + not_modelled())
    elif result.strategy == "preemptions" and result.cut.startswith("the bound"):
        lines.append(
            f"sampled: every schedule up to the bound on preemptions, {run}, within {within}; "
            "schedules with more preemptions were not tried"
        )
    else:
        lines.append(
            f"sampled: {run} by {result.strategy} with seed {result.seed}, within "
            f"{within}; those not tried may fail"
        )
        if result.remaining is not None:
            lines.append(f"about {result.remaining:,.0f} executions were left (an estimate)")
        if result.strategy not in ("dpor", "dfs"):
            lines.append("another --seed tries others; --strategy dpor tries all there are")
    lines += [f"note: {note}" for note in result.notes]
    return lines


def not_modelled() -> str:
    """What a proof says nothing about, in one line; the reasons are in the README."""
    return "; ".join(limit.what for limit in NOT_MODELLED)


def _n(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
