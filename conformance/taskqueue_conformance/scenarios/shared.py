"""What all families share."""

from __future__ import annotations

from taskqueue_conformance.workload import CheckOk, Drain, Scenario, Steps

__all__ = ["TAKER", "Pair"]

Pair = tuple[Scenario, Scenario]
"""A variant and its twin."""

TAKER: Steps = (Drain(), CheckOk())
"""A consumer that takes to the end and then asks whether all went well."""
