"""The objects of scenarios are as awkward as they say."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from taskqueue_conformance.things import (
    ASSORTED,
    FAILURE_KINDS,
    Falsy,
    Unhashable,
    kind_in_turn,
    make_failure,
)


def test_assorted_failures_are_all_of_them_in_turn() -> None:
    assert set(ASSORTED) <= set(FAILURE_KINDS)
    assert len(set(ASSORTED)) == len(ASSORTED)
    kinds = [kind_in_turn("assorted", number) for number in range(len(ASSORTED))]
    assert kinds == list(ASSORTED)
    assert kind_in_turn("assorted", len(ASSORTED)) == ASSORTED[0]
    assert kind_in_turn("error", 3) == "error"


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_each_kind_can_be_made_and_is_raised_as_itself(kind: str) -> None:
    failure = make_failure(kind, "token")
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        raise failure
    assert caught.value is failure


def test_a_falsy_failure_is_false_and_empty() -> None:
    assert not Falsy("x")
    assert len(Falsy("x")) == 0


def test_to_the_standard_library_a_falsy_failure_is_like_any_other() -> None:
    """A Future tests what it was given for truth: whoever uses one has not made that mistake."""
    future: Future[None] = Future()
    failure = Falsy("x")
    future.set_exception(failure)
    with pytest.raises(Falsy) as caught:
        future.result()
    assert caught.value is failure


def test_an_unhashable_failure_has_no_hash_and_is_compared_by_value() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Unhashable("x"))
    assert Unhashable("x") == Unhashable("x")
    assert Unhashable("x") != ValueError("x")
