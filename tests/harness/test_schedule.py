"""Tokens: what goes in comes out, and what is damaged is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskqueue_harness import BadToken, Bounds, Schedule, decode

SMALL = st.integers(0, 500)
SCHEDULES = st.builds(
    Schedule,
    choices=st.lists(st.one_of(st.just(0), SMALL), max_size=200).map(tuple),
    bounds=st.builds(
        Bounds,
        early_timeouts=SMALL,
        polls=SMALL,
        faults=SMALL,
        steps=st.integers(0, 10**9),
        failed_starts=st.booleans(),
        interrupts=st.booleans(),
    ),
    strategy=st.integers(0, 255),
    python=st.integers(10, 30),
    rewrite=st.booleans(),
    scope=st.binary(min_size=4, max_size=4),
)


@given(SCHEDULES)
def test_a_token_decodes_to_its_schedule(schedule: Schedule) -> None:
    assert decode(schedule.token()) == schedule


@given(SCHEDULES, st.data())
def test_a_damaged_token_is_refused(schedule: Schedule, data: st.DataObject) -> None:
    token = schedule.token()
    position = data.draw(st.integers(0, len(token) - 2))
    other = "a" if token[position] != "a" else "b"
    with pytest.raises(BadToken):
        decode(token[:position] + other + token[position + 1 :])


def test_white_space_and_case_do_not_matter() -> None:
    schedule = Schedule((0, 1, 0, 0, 2), Bounds())
    token = schedule.token()
    assert decode(f" {token[:5]}\n{token[5:].upper()} ") == schedule


@pytest.mark.parametrize("text", ["", "x", "not a token", "aaaaaaaaaaaaaaaaaaaa"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        decode(text)
