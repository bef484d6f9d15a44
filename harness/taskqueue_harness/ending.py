"""How an execution ends: what is told of it, and what becomes of the threads it leaves behind."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taskqueue_harness import telling
from taskqueue_harness.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from taskqueue_harness.kernel import Kernel

__all__ = ["Teardown", "outcome_of", "tear_down"]


class Teardown(BaseException):
    """Raised in every fiber that an ended execution leaves behind, until it gives up."""


def outcome_of(kernel: Kernel, verdict: Verdict, message: str) -> Outcome:
    """What there is to tell of an execution that ends like this.

    Args:
        kernel: with the execution as it stands.
        verdict: how it ended, if no exception has left a thread.
        message: why, where the verdict does not say it.
    """
    blocked = []
    if verdict in ("deadlock", "stuck", "livelock"):
        blocked = [telling.blocked(fiber) for fiber in kernel.live]
        message = message or "no thread can run"
    outcome = Outcome(verdict, kernel.choices, kernel.steps, message, blocked=blocked, end=verdict)
    if kernel.failure is not None and verdict not in ("redundant", "uncontrolled"):
        outcome.verdict = "failed"
        outcome.message, outcome.exception, outcome.traceback, outcome.failed_tid = kernel.failure
    if kernel.steps >= kernel.bounds.steps:
        outcome.cut = f"limit of {kernel.bounds.steps} operations per execution"
    elif kernel.fair:
        outcome.cut = (
            f"half the limit of {kernel.bounds.steps} operations per execution: beyond it "
            "threads only take turns"
        )
    outcome.threads = kernel.fiber_count
    outcome.clock = kernel.clock
    outcome.offered = len(kernel.choices)
    outcome.value = kernel.value
    return outcome


def tear_down(kernel: Kernel) -> None:
    """Raise `Teardown` in what is left until it is gone."""
    kernel.tearing = True
    # Weak reference callbacks and finalizers of dying threads run operations, too. What they
    # raise is nobody's; the hook of the process is back as soon as the threads are gone.
    hook = sys.unraisablehook
    sys.unraisablehook = _without_teardown(hook)
    try:
        _end_fibers(kernel)
    finally:
        sys.unraisablehook = hook


def _end_fibers(kernel: Kernel) -> None:
    for fiber in kernel.live:
        if not fiber.started:
            continue
        glet: Any = fiber.switch.__self__
        kernel.current = fiber
        fiber.steps = 0
        if not glet.dead:
            glet.throw(Teardown)
        if not glet.dead:
            # Freed, it would be resumed once more, perhaps in another OS thread: never free it.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(glet))
            kernel.graveyard.append(glet)
    for fiber in kernel.live:
        fiber.switch = fiber.run = None


def _without_teardown(hook: Callable[[Any], object]) -> Callable[[Any], object]:
    def filtered(unraisable: Any) -> None:
        if unraisable.exc_type is not Teardown:
            hook(unraisable)

    return filtered
