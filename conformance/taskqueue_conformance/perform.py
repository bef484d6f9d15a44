"""Performs a scenario on one queue and records what happens: the part of the caller of run().

What the callbacks do is in `taskqueue_conformance.acting`.  Nothing here judges.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from taskqueue_conformance.acting import Acting
from taskqueue_conformance.failures import called_by_standard
from taskqueue_conformance.history import HELPERS, MAIN, Code, History, Outcome
from taskqueue_conformance.stage import Stage
from taskqueue_conformance.workload import Scenario

__all__ = ["Performance"]

Subject = Callable[..., Any]
"""What makes a queue: called with a producer and a sequence of consumers."""


class Performance(Acting):
    """One queue, from construction to the end of its last callback; see `Acting`."""

    def __init__(self, scenario: Scenario, stage: Stage, number: int = 0) -> None:
        super().__init__(scenario, stage, number)
        self._outcome: Outcome | None = None
        self._run_value: str | None = None
        self.construction_error: str | None = None
        self.begun = False
        """Whether the queue was asked for: one within another may never be come to."""

    # -- what the caller of run() does ---------------------------------------------------------

    def construct(self, subject: Subject, after: Performance | None = None) -> bool:
        """Make the queue; False, and the reason is kept, if that raised.

        Args:
            subject: what makes it.
            after: whose queue is dropped at the last moment, so that this one may have its address.
        """
        producer = self._callback(0)
        consumers = [self._callback(actor) for actor in range(1, len(self._begun))]
        if self.scenario.puts_callbacks:
            self.callbacks = [producer, *consumers]
        handed: Iterable[Callable[[Any], object]] = consumers
        how = self.scenario.consumers_as
        if how == "tuple":
            handed = tuple(consumers)
        elif how == "generator":
            handed = (consumer for consumer in consumers)
        elif how == "same":
            # One and the same object in every place; whoever comes first is consumer 1.
            handed = [self._shared_callback()] * len(consumers)
        if after is not None:
            after.drop()
        self.begun = True
        try:
            self.queue = subject(producer, handed)
        except Exception as exc:
            self.construction_error = f"{type(exc).__name__}: {exc}"
            return False
        self._note(Code.CONSTRUCTED, MAIN, 0)
        if how == "changed":
            consumers.clear()
        return True

    def run(self) -> None:
        """Call run() and keep what came of it; never raises."""
        queue, note = self.queue, self._note
        self.idents[self.stage.ident()] = MAIN
        note(Code.RUN, MAIN, 0)
        self.running = True
        try:
            value = self._call_run(queue)
        except BaseException as exc:
            self._keep_outcome(exc)
            note(Code.RUN_RAISE, MAIN, -1 if self._outcome is None else 0)
        else:
            if value is not None:
                self._run_value = _shown(value)
            note(Code.RUN_RETURN, MAIN, 0 if value is None else 1)
        finally:
            self.running = False

    def _call_run(self, queue: Any) -> Any:
        if not self.scenario.handling:
            return queue.run()
        try:
            raise LookupError("what run() is called in the handler of")
        except LookupError:
            return queue.run()

    def _keep_outcome(self, exc: BaseException) -> None:
        self._outcome = self.failures.outcome(exc)

    def run_by_all(self) -> None:
        """Call run() here and, if there are more callers, in other threads at the same time."""
        others = [
            self.stage.spawn(functools.partial(self.run_again, number * HELPERS))
            for number in range(1, self.scenario.callers)
        ]
        self.run()
        for join in others:
            join()

    def all_begun(self) -> bool:
        """Whether every callback has begun."""
        return all(self._begun)

    def all_left(self) -> bool:
        """Whether every callback that has begun has ended, or is stuck by plan."""
        begun = left = 0
        for code, _, value, _ in list(self.events):
            if code == Code.BEGIN and value == 1:
                begun += 1
            elif code in (Code.FINISH, Code.FAIL, Code.STUCK):
                left += 1
        return left >= begun

    def alive(self) -> dict[str, int]:
        """How many witnesses, items and queues made here are still alive."""
        return {
            "callback locals": sum(ref() is not None for ref in self.witnesses),
            "items": self.items.alive,
        }

    def drop(self) -> None:
        """Forget the queue, as a caller does who has no more use for it.

        It goes last: what went after it could be what the next one gets the memory of.
        """
        last, self.queue = self.queue, None
        self.failures.drop()
        del last

    def history(self, hang: str | None = None, notes: dict[str, Any] | None = None) -> History:
        """What was seen so far."""
        return History(
            scenario=self.scenario,
            events=list(self.events),
            failures=list(self.failures.infos),
            outcome=self._outcome,
            run_value=self._run_value,
            strangers=list(self.items.strangers),
            gates=list(self._gates),
            item_kinds=list(self.items.kinds),
            construction_error=self.construction_error,
            hang=hang,
            notes=dict(notes or {}),
        )

    # -- callbacks -----------------------------------------------------------------------------

    def _callback(self, actor: int) -> Callable[[Any], object]:
        kind = self.scenario.callables
        if kind == "partial":
            return functools.partial(self._live, actor)
        if kind == "method":
            return _Bound(self, actor).serve
        if kind == "lambda":
            return lambda q: self._live(actor, q)
        if kind == "object":
            return _Callable(self, actor)
        if kind == "aloof":
            return _Aloof(self, actor)
        if kind == "giving":

            def giving(q: Any) -> list[str]:
                self._live(actor, q)
                return ["what nobody asked for"]

            return giving

        def callback(q: Any) -> None:
            self._live(actor, q)

        return callback

    def _shared_callback(self) -> Callable[[Any], None]:
        actors = iter(range(1, len(self._begun)))

        def consumer(q: Any) -> None:
            # next() on a range iterator is one step; a call too many repeats consumer 1.
            self._live(next(actors, 1), q)

        return consumer


def _shown(value: object) -> str:
    """What run() has returned, in words: it may hold items that cannot be shown."""
    try:
        return repr(value)[:200]
    except Exception:
        return f"an object of type {type(value).__name__}"


class _Bound:
    def __init__(self, performance: Performance, actor: int) -> None:
        self._performance, self._actor = performance, actor

    def serve(self, q: Any) -> None:
        self._performance._live(self._actor, q)


class _Callable:
    __slots__ = ("_actor", "_performance")

    def __init__(self, performance: Performance, actor: int) -> None:
        self._performance, self._actor = performance, actor

    def __call__(self, q: Any) -> None:
        self._performance._live(self._actor, q)


class _Aloof(_Callable):
    """A callback that can be called and nothing else: it is false, empty and not to be compared.

    To the standard library it is true, as a failure can be (see `Falsy`): Thread.run() tests its
    target for truth, and who hands it one has not made that mistake.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return called_by_standard()

    def __len__(self) -> int:
        return int(called_by_standard())

    def _refuse(self, *_: object) -> Any:
        raise TypeError("this callback must be called without being looked at")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
