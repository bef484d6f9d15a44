"""How schedules are chosen: one small file each, one interface (`base.Strategy`)."""

from __future__ import annotations

from collections.abc import Callable

from taskqueue_harness.strategies.base import Strategy
from taskqueue_harness.strategies.dfs import DepthFirst
from taskqueue_harness.strategies.dpor import SourceDPOR
from taskqueue_harness.strategies.pct import PCT, SitePCT
from taskqueue_harness.strategies.portfolio import Portfolio
from taskqueue_harness.strategies.pos import POS
from taskqueue_harness.strategies.preemptions import PreemptionBound
from taskqueue_harness.strategies.replay import Replay
from taskqueue_harness.strategies.walk import RandomWalk

STRATEGIES: dict[str, Callable[[int], Strategy]] = {
    "portfolio": Portfolio,
    "random": RandomWalk,
    "pct": PCT,
    "site-pct": SitePCT,
    "pos": POS,
    "dpor": lambda seed: SourceDPOR(),
    "dfs": lambda seed: DepthFirst(),
    "preemptions": lambda seed: PreemptionBound(),
}
"""Strategies by name; each takes a seed, which the exhaustive ones have no use for.

The position of a name is part of the token format: new ones go to the end."""

__all__ = [
    "PCT",
    "POS",
    "STRATEGIES",
    "DepthFirst",
    "Portfolio",
    "PreemptionBound",
    "RandomWalk",
    "Replay",
    "SitePCT",
    "SourceDPOR",
    "Strategy",
]
