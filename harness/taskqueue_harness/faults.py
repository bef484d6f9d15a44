"""Injected errors: points at which a program lets the strategy decide whether something fails.

A point costs nothing by default. With ``Bounds(faults=f)`` at most f of the points passed in one
execution raise; an exhaustive strategy tries every one of them with every exception.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskqueue_harness.kernel import RUNNING


def fault_point(label: str, exceptions: Sequence[BaseException | type[BaseException]]) -> None:
    """Raise one of `exceptions`, or do nothing, at the strategy's choice.

    Outside an exploration it does nothing. `label` names the point in reports.
    """
    kernel = RUNNING.kernel
    if kernel is None or not exceptions:
        return
    choice = kernel.draw(len(exceptions) + 1)
    if choice:
        raise exceptions[choice - 1]
