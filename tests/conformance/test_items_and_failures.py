"""The objects of scenarios are as awkward as they say."""

from __future__ import annotations

import asyncio
import builtins
import gc
import inspect
import sys
import warnings
from concurrent.futures import Future
from typing import Any

import pytest

from taskqueue_conformance.failures import (
    ASSORTED,
    FAILURE_KINDS,
    Falsy,
    Frozen,
    Injected,
    Unhashable,
    kind_in_turn,
    make_failure,
)
from taskqueue_conformance.items import ODD_KINDS, OWN_KINDS, REPEATED_KINDS, make_item


def test_assorted_failures_are_all_of_them_in_turn() -> None:
    kinds = [kind_in_turn("assorted", number) for number in range(2 * len(ASSORTED))]
    assert kinds == [*ASSORTED, *ASSORTED]
    assert kind_in_turn("error", 3) == "error"


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_each_kind_makes_an_exception_of_its_own(kind: str) -> None:
    first, second = make_failure(kind, "token"), make_failure(kind, "token")
    assert isinstance(first, BaseException)
    assert first is not second


def test_a_frozen_failure_takes_no_attributes_but_those_of_python() -> None:
    failure: Any = Frozen("x")
    with pytest.raises(AttributeError, match="cannot assign to field 'label'"):
        failure.label = "mine"
    failure.__cause__ = ValueError()
    assert isinstance(failure.__cause__, ValueError)


def test_an_exit_that_reports_success_has_no_code() -> None:
    assert {make_failure(kind, "x").code for kind in ("exit_zero", "exit_none")} == {0, None}  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python has no groups")
def test_a_group_is_one() -> None:
    group: Any = make_failure("group", "x")
    assert [type(one) for one in group.exceptions] == [Injected]


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


def test_an_unhashable_failure_has_no_hash_and_is_compared_by_its_class() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Unhashable("x"))
    assert Unhashable("x") == Unhashable("x")
    assert Unhashable("x") != ValueError("x")


@pytest.mark.parametrize("kind", ODD_KINDS)
def test_each_odd_item_is_one(kind: str) -> None:
    assert make_item(kind, 3, object(), ["producer", "consumer"]) is not None


def test_items_of_its_own_are_the_queue_its_class_and_the_callbacks() -> None:
    callbacks = [len, repr, str]
    queue: list[int] = []
    own = [make_item(kind, 0, queue, callbacks) for kind in OWN_KINDS]
    assert [id(one) for one in own] == [id(one) for one in (queue, list, len, str)]


def test_nobody_has_to_await_a_coroutine() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        item = make_item("coroutine", 0)
        assert inspect.iscoroutine(item)
        del item
        gc.collect()


def test_what_is_put_again_is_the_same_object_or_an_equal_one() -> None:
    for kind in REPEATED_KINDS:
        first, second = make_item(kind, 1), make_item(kind, 2)
        assert first == second
        assert (first is second) == (kind != "equal")
    assert vars(make_item("same_with_attributes", 1)) == {}


def test_an_item_that_cannot_be_shown() -> None:
    item = make_item("unprintable", 1)
    for show in (repr, str, format):
        with pytest.raises(RuntimeError, match="cannot be shown"):
            show(item)


def test_an_obliging_item_has_every_attribute_but_those_of_python() -> None:
    item = make_item("obliging", 1)
    assert item.is_last is True
    assert not hasattr(item, "__next__")


def test_assorted_failures_are_all_that_python_makes_of_a_text_or_what_they_include() -> None:
    assorted = [type(make_failure(kind, "x")) for kind in ASSORTED]
    for kind in vars(builtins).values():
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning):
            try:
                kind("x")
            except TypeError:
                continue
            assert any(issubclass(one, kind) for one in assorted), kind


def test_a_failure_of_a_module_is_its_own_where_the_module_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert type(make_failure("asyncio.CancelledError", "x")) is asyncio.CancelledError
    monkeypatch.delitem(sys.modules, "asyncio")
    assert type(make_failure("asyncio.CancelledError", "x")) is Injected
