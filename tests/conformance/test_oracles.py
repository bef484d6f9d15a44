"""Each universal oracle, on histories made by hand: what it must catch, and what it must not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from taskqueue_conformance.history import END, MAIN, Code, FailureInfo, History, Outcome
from taskqueue_conformance.oracles import UNIVERSAL, contradictions
from taskqueue_conformance.workload import Scenario

P, A, B, HELPER = 0, 1, 2, 1001
Step = tuple[Code, int, int]


def made(
    *steps: Step,
    consumers: int = 2,
    failures: Sequence[tuple[int, bool]] = (),
    outcome: Outcome | None = None,
    hang: str | None = None,
    gaps: dict[int, float] | None = None,
    strangers: Sequence[str] = (),
) -> History:
    """A history; a step lasts a microsecond, and `gaps` adds seconds before a place."""
    time, events = 0, []
    for place, (code, actor, value) in enumerate(steps):
        time += 1 + int((gaps or {}).get(place, 0) * 1e6)
        events.append((int(code), actor, value, time))
    return History(
        Scenario("by hand", (), ((),) * consumers),
        events,
        failures=[
            FailureInfo(actor, "error", "Injected", "x", injected=injected)
            for actor, injected in failures
        ],
        outcome=outcome,
        hang=hang,
        strangers=list(strangers),
    )


def put(item: int, actor: int = P) -> list[Step]:
    return [(Code.PUT, actor, item), (Code.PUT_RETURN, actor, item)]


def get(item: int, actor: int = A) -> list[Step]:
    return [(Code.GET, actor, 0), (Code.GET_RETURN, actor, item)]


def ok(value: int, actor: int = A) -> list[Step]:
    return [(Code.OK, actor, 0), (Code.OK_RETURN, actor, value)]


START: list[Step] = [(Code.CONSTRUCTED, MAIN, 0), (Code.RUN, MAIN, 0)]
BEGIN: list[Step] = [*START, (Code.BEGIN, P, 1), (Code.BEGIN, A, 1), (Code.BEGIN, B, 1)]
RETURN: list[Step] = [(Code.RUN_RETURN, MAIN, 0)]
RAISE: list[Step] = [(Code.RUN_RAISE, MAIN, 0)]


def finish(*actors: int) -> list[Step]:
    return [(Code.FINISH, actor, 0) for actor in actors]


def fail(actor: int, number: int = 0) -> Step:
    return (Code.FAIL, actor, number)


ENDS: list[Step] = [*get(END, A), *get(END, B), *finish(A, B)]
GOOD = made(*BEGIN, *put(0), *put(1), *finish(P), *get(0), *get(1, B), *ENDS, *RETURN)

RAISED = Outcome("Injected", "x", failure=0)


def put_is_refused(actor: int, *, after: Sequence[Step] = ()) -> History:
    """put() raises, which is the failure of a consumer; after this."""
    return made(
        *BEGIN,
        (Code.PUT, actor, 0),
        *after,
        (Code.PUT_RAISE, actor, 0),
        fail(A),
        *(() if after else finish(P)),
        *get(END, B),
        *finish(B),
        *RAISE,
        failures=[(A, False)],
        outcome=RAISED,
    )


CAUGHT: dict[str, list[History]] = {
    "TQ-1.1": [
        made(*BEGIN, *put(0), *put(1), *finish(P), *get(1), *ENDS, *RETURN),
        made(*BEGIN, *put(0), *finish(P), *get(0), *get(0, B), *ENDS, *RETURN),
        made(*BEGIN, *put(0), *finish(P), (Code.GET, A, 0), hang="nothing happened"),
        # The producer waits for a consumer, who waits for what has been put.
        made(*BEGIN, *put(0), (Code.AWAIT, P, 0), (Code.GET, A, 0), hang="nothing happened"),
    ],
    "TQ-1.2": [made(*BEGIN, *put(0), *put(1), *finish(P), *get(1), *get(0, B), *ENDS, *RETURN)],
    "TQ-1.3": [
        made(*BEGIN, *put(0), *finish(P), *get(-2), *ENDS, *RETURN, strangers=["a copy of item 0"])
    ],
    "TQ-1.4": [
        made(
            *BEGIN,
            (Code.GET, A, 0),
            (Code.GET_RAISE, A, 0),
            fail(A),
            *finish(P),
            *get(END, B),
            *finish(B),
            *RAISE,
            failures=[(A, False)],
            outcome=RAISED,
        ),
        made(*BEGIN, *get(END), *put(0), *finish(P), *get(0, B), *ENDS, *RETURN),
    ],
    "TQ-1.5": [made(*BEGIN, *put(END), *finish(P), *ENDS, *RETURN)],
    "TQ-1.6": [made(*BEGIN, *put(0), fail(P), *ENDS, *RAISE, failures=[(P, True)], outcome=RAISED)],
    "TQ-1.7": [
        made(
            *BEGIN,
            fail(A),
            *put(0),
            *finish(P),
            *get(END, B),
            *finish(B),
            *RAISE,
            failures=[(A, True)],
            outcome=RAISED,
        )
    ],
    "TQ-1.8": [made(*BEGIN, *put(0, A), *finish(P), *ENDS, *RETURN), put_is_refused(A)],
    "TQ-1.9": [made(*BEGIN, *put(0, HELPER), *finish(P), *ENDS, *RETURN), put_is_refused(HELPER)],
    "TQ-2.1": [
        made(*BEGIN, *finish(P), *get(END), *finish(A), (Code.GET, B, 0), hang="nothing"),
        made(*BEGIN, *finish(P), *ENDS, hang="nothing"),
        # All that was put has been taken, so nothing is lost.
        made(*BEGIN, *put(0), *get(0), (Code.AWAIT, P, 0), (Code.GET, A, 0), hang="nothing"),
    ],
    "TQ-2.2": [made(*BEGIN, fail(P), (Code.GET, B, 0), failures=[(P, True)], hang="nothing")],
    "TQ-2.3": [
        made(*BEGIN, *finish(P), *get(END), *finish(A), *RETURN, *get(END, B), *finish(B)),
        made(*BEGIN, *finish(P), *get(END), *finish(A), *RETURN),
    ],
    "TQ-2.4": [
        made(*BEGIN, *finish(A, B), (Code.PUT, P, 0), hang="nothing"),
        # The lock that this put() holds is what the get() waits for: the item is not lost.
        made(*BEGIN, *put(0), (Code.PUT, P, 1), (Code.GET, A, 0), hang="nothing"),
    ],
    "TQ-2.5": [made(*BEGIN, *finish(A, B), *put(0), *finish(P), hang="nothing")],
    "TQ-2.6": [
        made(*BEGIN, *finish(P), *ENDS, *RETURN, gaps={len(BEGIN) + 1 + len(ENDS): 2.5}),
    ],
    "TQ-2.8": [made(*START, (Code.BEGIN, P, 1), (Code.AWAIT, P, 0), hang="nothing")],
    "TQ-2.9": [made(*START, (Code.BEGIN, P, 1), *finish(P), consumers=0, hang="nothing")],
    "TQ-3.1": [made(*BEGIN, fail(P), *ENDS, *RETURN, failures=[(P, True)])],
    "TQ-3.2": [made(*BEGIN, fail(A), *finish(P, B), *RETURN, failures=[(A, True)])],
    "TQ-3.3": [
        made(
            *BEGIN,
            fail(A),
            *finish(P, B),
            *RAISE,
            failures=[(A, True)],
            outcome=Outcome("RuntimeError", "x", carries=(0,)),
        ),
        made(
            *BEGIN,
            fail(A),
            *finish(P, B),
            *RAISE,
            failures=[(A, True)],
            outcome=Outcome("Injected", "x", failure=0, reaches_the_raise=False),
        ),
    ],
    "TQ-3.4": [
        made(
            *BEGIN,
            fail(A, 0),
            *ok(0, B),
            fail(B, 1),
            *finish(P),
            *RAISE,
            failures=[(A, True), (B, True)],
            outcome=Outcome("Injected", "x", failure=1),
        )
    ],
    "TQ-3.6": [
        made(*BEGIN, *ok(0), *finish(P), *ENDS, *RETURN),
        made(
            *BEGIN,
            fail(A),
            *ok(0, B),
            *ok(1, B),
            *finish(P, B),
            *RAISE,
            failures=[(A, True)],
            outcome=RAISED,
        ),
        made(
            *BEGIN,
            fail(A),
            *ok(1, B),
            *finish(P, B),
            *RAISE,
            failures=[(A, True)],
            outcome=RAISED,
            gaps={len(BEGIN) + 1: 1.5},
        ),
    ],
    "TQ-3.7": [
        made(
            *BEGIN,
            fail(P),
            *get(END),
            *ok(1),
            *finish(A, B),
            *RAISE,
            failures=[(P, True)],
            outcome=RAISED,
        )
    ],
    "TQ-3.8": [
        made(*BEGIN, *finish(P), *ENDS, *RAISE, outcome=Outcome("KeyError", "y")),
    ],
    "TQ-4.3": [
        made(*START, (Code.BEGIN, P, 1), (Code.BEGIN, A, 1), *finish(P, A), *RETURN),
        made(*BEGIN, (Code.BEGIN, A, 2), *finish(P), *ENDS, *RETURN),
    ],
}

OVERLAPPING = {
    "two puts overlap, so either item may come first": made(
        *BEGIN,
        (Code.PUT, P, 0),
        (Code.PUT, A, 1),
        (Code.PUT_RETURN, A, 1),
        (Code.PUT_RETURN, P, 0),
        *finish(P),
        *get(1),
        *get(0, B),
        *ENDS,
        *RETURN,
    ),
    "two gets overlap, so either may come back first": made(
        *BEGIN,
        *put(0),
        *put(1),
        *finish(P),
        (Code.GET, A, 0),
        (Code.GET, B, 0),
        (Code.GET_RETURN, B, 1),
        (Code.GET_RETURN, A, 0),
        *ENDS,
        *RETURN,
    ),
    "two failures overlap, so either may be raised": made(
        *BEGIN,
        fail(A, 0),
        fail(B, 1),
        *finish(P),
        *RAISE,
        failures=[(A, True), (B, True)],
        outcome=Outcome("Injected", "x", failure=1),
    ),
    "ok() may be True for a moment after the failure": made(
        *BEGIN,
        fail(A),
        *ok(1, B),
        *ok(0, B),
        *finish(P, B),
        *RAISE,
        failures=[(A, True)],
        outcome=RAISED,
    ),
    "an item put after the producer's end may stay": made(
        *BEGIN, *finish(P), *put(0, A), *ENDS, *RETURN
    ),
    "put() may refuse once the producer has ended": put_is_refused(A, after=finish(P)),
    "put() of a helper may refuse once the producer has ended": put_is_refused(
        HELPER, after=finish(P)
    ),
    "an early end says nothing of what fails later": made(
        *BEGIN,
        *get(END, B),
        fail(P),
        *ok(1, B),
        *finish(A, B),
        *RAISE,
        failures=[(P, True)],
        outcome=RAISED,
    ),
    "items may stay if nobody keeps taking": made(
        *BEGIN, *put(0), *put(1), *finish(P), *get(0), *finish(A, B), *RETURN
    ),
}


def test_every_universal_oracle_is_tested() -> None:
    assert set(CAUGHT) == set(UNIVERSAL)


@pytest.mark.parametrize(
    ("clause", "history"),
    [(clause, history) for clause, histories in CAUGHT.items() for history in histories],
)
def test_it_is_caught_by_its_clause(clause: str, history: History) -> None:
    found = list(contradictions(history))
    assert clause in {one.clause for one in found}
    # A hang or a delay of run() itself is also late; nothing else may be blamed for certain.
    certain = {one.clause for one in found if clause not in getattr(one.seen, "others", ())}
    assert certain - {"TQ-2.6"} <= {clause}


def test_a_good_run_contradicts_nothing() -> None:
    assert list(contradictions(GOOD)) == []


def test_what_is_on_its_way_when_a_slow_run_is_given_up_is_not_lost() -> None:
    slow = made(*BEGIN, *put(0), *put(1), *finish(P), *get(0), (Code.GET, A, 0))
    assert list(contradictions(slow)) == []


@pytest.mark.parametrize("name", OVERLAPPING)
def test_what_overlaps_is_in_no_order(name: str) -> None:
    found = {one.clause for one in contradictions(OVERLAPPING[name])}
    assert found == ({"TQ-1.4"} if name.startswith("an early end") else set())


def test_what_a_helper_alone_is_told_is_a_matter_of_other_clauses() -> None:
    """TQ-1.9 and TQ-3.6 speak of every thread; TQ-3.7 of an order."""

    def after(asked: Sequence[Step]) -> set[str]:
        history = made(
            *BEGIN,
            fail(P),
            *get(END),
            *asked,
            *finish(A, B),
            *RAISE,
            failures=[(P, True)],
            outcome=RAISED,
        )
        return {one.clause for one in contradictions(history)}

    assert after(ok(1, HELPER)) == set()
    assert after([*ok(1, HELPER), *ok(1, B)]) == {"TQ-3.7"}
