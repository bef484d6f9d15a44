"""Workloads and fault plans for Hypothesis to draw, and to shrink."""

from __future__ import annotations

from hypothesis import strategies as st

from taskqueue_conformance.workload import (
    AskAgain,
    CheckOk,
    Drain,
    Fail,
    Fault,
    Helper,
    PollOk,
    Put,
    Scenario,
    Sleep,
    Step,
    Steps,
    Take,
)

__all__ = ["virtual_workloads", "workloads"]

_ENDINGS: tuple[Steps, ...] = (
    (Drain(), CheckOk()),
    (),
    (Drain(each=(CheckOk(),)),),
    (Fail(),),
    (Drain(), Fail("os_error")),
)


@st.composite
def _producers(draw: st.DrawFn) -> Steps:
    some: list[Step] = draw(
        st.lists(
            st.one_of(
                st.builds(Put, st.integers(1, 6)),
                st.just(CheckOk()),
                st.just(Sleep(0.01)),
                st.just(Helper((Put(2), CheckOk()))),
            ),
            max_size=4,
        )
    )
    return tuple(some)


@st.composite
def _consumers(draw: st.DrawFn) -> Steps:
    some: list[Step] = draw(
        st.lists(
            st.one_of(
                st.builds(Take, st.integers(1, 3)),
                st.builds(Put, st.integers(1, 2)),
                st.just(CheckOk()),
                st.just(Sleep(0.01)),
                st.just(Helper((Take(1), CheckOk()))),
            ),
            max_size=3,
        )
    )
    return (*some, *draw(st.sampled_from(_ENDINGS)))


def _faults(consumers: int, *, last_point: int) -> st.SearchStrategy[list[Fault]]:
    fault = st.builds(
        Fault,
        actor=st.integers(0, consumers),
        point=st.integers(0, last_point),
        kind=st.sampled_from(["error", "os_error"]),
    )
    return st.lists(fault, max_size=2)


@st.composite
def workloads(draw: st.DrawFn) -> Scenario:
    """A producer, one to four consumers, up to two faults, and perhaps forced switches."""
    consumers = draw(st.lists(_consumers(), min_size=1, max_size=4))
    faults = draw(_faults(len(consumers), last_point=6))
    return Scenario(
        "drawn",
        draw(_producers()),
        tuple(consumers),
        faults=tuple(faults),
        preempt=draw(st.none() | st.integers(0, 1_000)),
    )


@st.composite
def virtual_workloads(draw: st.DrawFn, *, again: bool) -> Scenario:
    """Smaller ones for the engine, where every operation counts; slowness costs nothing.

    Args:
        again: whether consumers may ask once more after the end, which only TQ-2.12 allows.
    """
    producer: list[Step] = draw(
        st.lists(
            st.sampled_from(
                [Put(), Put(2), CheckOk(), Sleep(3.0), Helper((Put(), CheckOk())), PollOk(1.0)]
            ),
            max_size=3,
        )
    )
    sticky: tuple[Steps, ...] = ((Drain(), AskAgain()),) if again else ()
    behaviour: list[Step] = [Take(), Put(), CheckOk(), Sleep(3.0), PollOk(1.0)]
    behaviour.append(Helper((Take(), CheckOk())))
    consumer = st.tuples(
        st.lists(st.sampled_from(behaviour), max_size=2), st.sampled_from((*sticky, *_ENDINGS))
    )
    consumers: list[tuple[list[Step], Steps]] = draw(st.lists(consumer, min_size=1, max_size=3))
    faults = draw(_faults(len(consumers), last_point=4))
    return Scenario(
        "drawn",
        tuple(producer),
        tuple((*some, *end) for some, end in consumers),
        faults=tuple(faults),
    )
