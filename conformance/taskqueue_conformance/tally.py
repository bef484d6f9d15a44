"""Counts how the scenarios of a run have ended: by what many did, others are given less time."""

from __future__ import annotations

import threading

from taskqueue_conformance.observation import Observation
from taskqueue_conformance.watch import SPIN

__all__ = ["Tally"]


class Tally:
    """A count of scenarios, by how they ended; each is counted once, whatever its repeats do.

    Attributes:
        performed: all that were begun and have come to an end.
        hangs: those that hung, or ended their process.
        slow: those that were given up although they made progress.
        spins: those that used the processor, and nothing came of it.
        starved: those of which nothing came either, but that got too little of the processor for
            that to be certain.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.performed = self.hangs = self.slow = self.spins = self.starved = 0

    def add(self, seen: Observation) -> None:
        """Count what has just ended; one that was never begun does not count."""
        if not seen.begun:
            return
        with self._lock:
            self.performed += 1
            self.hangs += seen.hung or seen.died is not None
            starved = (seen.slow or "").startswith(SPIN)
            self.starved += starved
            self.slow += seen.slow is not None and not starved
            self.spins += any((one.hang or "").startswith(SPIN) for one in seen.histories)
