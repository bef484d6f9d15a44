"""A module that is used again is as it was right after it was executed, or is not used again."""

from __future__ import annotations

import textwrap
import types
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_harness.world.pristine import Snapshot, Unknown


def executed(source: str) -> tuple[Any, Callable[[], Snapshot]]:
    module = types.ModuleType("program")
    exec(compile(textwrap.dedent(source), "program.py", "exec", dont_inherit=True), vars(module))
    return module, lambda: Snapshot(module, ())


def test_a_variable_that_an_execution_deleted_is_back() -> None:
    module, take = executed("""
        def make():
            token = "first"
            def first():
                nonlocal token
                found = token
                del token
                return found
            return first
        first = make()
    """)
    snapshot = take()
    for _ in range(2):
        assert module.first() == "first"
        snapshot.restore()


def test_a_variable_that_an_execution_bound_first_is_unbound_again() -> None:
    module, take = executed("""
        def make():
            def count():
                nonlocal n
                try:
                    n += 1
                except NameError:
                    n = 1
                return n
            if False:
                n = 0
            return count
        count = make()
    """)
    snapshot = take()
    for _ in range(2):
        assert (module.count(), module.count()) == (1, 2)
        snapshot.restore()


@pytest.mark.parametrize(
    "value",
    [
        "types.SimpleNamespace(n=0)",
        "types.MappingProxyType({})",
        "types.DynamicClassAttribute(len)",
        "Hidden()",
        "Counted()",
    ],
)
def test_an_object_with_state_is_made_anew_each_time(value: str) -> None:
    _, take = executed(f"""
        import types
        class Hidden:
            def __getattribute__(self, name):
                raise RuntimeError(name)
        class Meta(type):
            def __hash__(cls):
                raise RuntimeError("__hash__")
        Counted = types.new_class("Counted", (), {{"metaclass": Meta}})
        one = {value}
        del Meta, Counted, Hidden
    """)
    with pytest.raises(Unknown):
        take()


def test_annotations_of_types_have_no_state() -> None:
    module, take = executed("""
        import typing
        Names = list[str] | None
        Table = typing.Dict[str, Names]
        T = typing.TypeVar("T")
        table = {"a": [1]}
    """)
    snapshot = take()
    module.table["b"] = module.table.pop("a")
    module.extra = 1
    snapshot.restore()
    assert module.table == {"a": [1]}
    assert not hasattr(module, "extra")
