"""All that an observation contradicts, whatever way it ended."""

from __future__ import annotations

from collections.abc import Iterator

from taskqueue_conformance.observation import Observation
from taskqueue_conformance.oracles.registry import Finding, contradictions

__all__ = ["findings"]


def findings(seen: Observation) -> tuple[Finding, ...]:
    """All that an observation of an ordinary scenario contradicts, whatever way it ended."""
    if seen.findings is None:  # every clause asks: what another one explains is none of its own
        seen.findings = tuple(_findings(seen))
    return seen.findings


def _findings(seen: Observation) -> Iterator[Finding]:
    if seen.died is not None:
        yield Finding("TQ-2.1", seen.died)
    for history in seen.histories:
        if history.construction_error is not None and history.scenario.consumers:
            yield Finding("TQ-2.1", f"the constructor raised {history.construction_error}")
        yield from contradictions(history)
