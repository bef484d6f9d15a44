"""What is recorded of a program's accesses: which, under which name, and at what cost."""

from __future__ import annotations

import contextlib
import gc
import textwrap
import weakref
from typing import Any

from tests.harness.interleave import Recorder, memory_for, record

from taskqueue_harness.world import hooks
from taskqueue_harness.world.locations import CONTENTS, Locations
from taskqueue_harness.world.marks import SITES
from taskqueue_harness.world.memory import Memory
from taskqueue_harness.world.rewrite import rewrite


class Thing:
    seen = None


# -- what is an operation, and what it is called


def test_locals_cost_nothing() -> None:
    source = """
        def f(x):
            y = x + 1
            for z in range(3):
                y += z
            return [a for a in (x, y)]
    """
    assert record(source, "f(1)") == []


def test_names_that_nobody_rebinds_cost_nothing() -> None:
    source = """
        import math
        LIMIT = 3
        def helper(x): return x
        class K: pass
        def f():
            box = K()
            def inner(): return helper(LIMIT), math, box
            return inner()
    """
    assert record(source, "f()") == []


def test_attributes_that_nobody_stores_cost_nothing() -> None:
    source = """
        class K:
            size = 3
            def method(self): return self.size
        def f(k): return k.method()
    """
    assert record(source, "f(K())") == []


def test_a_global_that_a_function_rebinds_is_an_operation_in_every_function() -> None:
    source = """
        g = 0
        def write():
            global g
            g = 1
        def f(): return g
    """
    assert record(source, "f()") == ["read global 'g' of module program"]
    assert record(source, "write()") == ["write global 'g' of module program"]


def test_a_global_assigned_from_another_module_is_an_operation() -> None:
    reader = "g = 0\ndef f(): return g"
    assert record(reader, "f()") == []
    module = rewrite(reader, "reader.py", attribute_writes=frozenset({"g"}))
    recorder = Recorder()
    names = module.namespace("reader")
    exec(module.code, names)
    with hooks.active(memory_for(module, recorder)):
        names["f"]()
    assert recorder.seen == ["read global 'g' of module reader"]


def test_a_cell_is_an_operation_only_if_it_can_change_while_shared() -> None:
    source = """
        def f(fixed):
            changing = 0
            def inner():
                nonlocal changing
                changing = fixed
            inner()
    """
    assert record(source, "f(1)") == [
        "write variable 'changing' of f()",
        "write variable 'changing' of f()",
    ]


def test_a_loop_variable_captured_in_the_loop_is_tracked() -> None:
    source = """
        def f():
            made = []
            for i in (1, 2):
                made.append(lambda: i)
            return made
    """
    assert "write variable 'i' of f()" in record(source, "f()")


def test_augmented_assignment_is_a_read_then_a_write() -> None:
    source = """
        class K: pass
        def f(k): k.n += 1
        k = K(); k.n = 0
    """
    assert record(source, "f(k)") == ["read attribute 'n' of K#1", "write attribute 'n' of K#1"]


def test_a_private_name_is_known_as_the_compiler_spells_it() -> None:
    source = """
        class _K:
            def f(self): self.__n = 1
    """
    assert record(source, "_K().f()") == ["write attribute '_K__n' of _K#1"]


def test_an_attribute_found_on_the_class_reads_both_places() -> None:
    source = """
        class K: n = 0
        def f(k): return k.n
        def g(): K.n = 1
    """
    assert record(source, "f(K())") == ["read attribute 'n' of K#1 + read attribute 'n' of class K"]
    assert record(source, "g()") == ["write attribute 'n' of class K"]


def test_a_c_function_is_one_access_read_or_write() -> None:
    source = """
        import heapq
        def f(xs): return sorted(xs)
        def g(xs): heapq.heappush(xs, 1)
        def h(d): return max(d, key=d.get)
    """
    assert record(source, "f([])") == ["read the contents of list#1"]
    assert record(source, "g([])") == ["write the contents of list#1"]
    assert len(record(source, "h({1: 2})")) == 1


def test_storing_a_container_in_another_does_not_read_it() -> None:
    source = """
        def f(xs, x): xs.append(x)
    """
    assert record(source, "f([], [])") == ["write the contents of list#1"]


def test_what_ran_outside_the_scope_with_a_container_is_noted() -> None:
    module = rewrite("import textwrap\ndef f(x): textwrap.indent('', x)", "program.py")
    memory = memory_for(module, Recorder())
    names = module.namespace("program")
    exec(module.code, names)
    with hooks.active(memory), contextlib.suppress(TypeError):
        names["f"]([])
    assert list(memory.notes) == ["textwrap.indent was given a list"]


def test_a_site_is_the_place_in_the_source() -> None:
    sites: list[int] = []

    class Sink(Recorder):
        def access(self, location: Any, is_write: bool, site: int) -> None:
            sites.append(site)

    source = "class K:\n    def f(self):\n        self.n = 1\n"
    module = rewrite(source, "place.py")
    names = module.namespace("place")
    exec(module.code, names)
    with hooks.active(memory_for(module, Sink())):
        names["K"]().f()
    (site,) = sites
    found = SITES[site]
    assert (found.file, found.line, found.column, found.function) == ("place.py", 3, 8, "K.f")


def test_hooks_do_nothing_without_an_execution() -> None:
    module = rewrite("class K: n = 0\ndef f(k):\n    k.n += 1\n    return [*{k.n}]", "program.py")
    names = module.namespace("program")
    exec(module.code, names)
    assert names["f"](names["K"]()) == [1]


# -- numbers do not depend on addresses, and keep nothing alive


def test_keys_are_numbered_in_order_of_access() -> None:
    one, two = Thing(), Thing()
    locations = Locations()
    assert [locations.of(x, "a").key for x in (two, one, two)] == [1, 2, 1]
    again = Locations()
    assert [again.of(x, "a").key for x in (one, two, one)] == [1, 2, 1]


def test_a_numbered_object_is_not_kept_alive_and_its_number_not_reused() -> None:
    locations = Locations()
    thing = Thing()
    alive = weakref.ref(thing)
    key = locations.of(thing, "a").key
    del thing
    assert alive() is None
    seen = {key}
    for _ in range(50):
        new = locations.of(Thing(), "a").key
        assert new not in seen
        seen.add(new)


def test_a_held_container_is_let_go_of_when_nobody_else_holds_it() -> None:
    locations = Locations()
    thing = Thing()
    alive = weakref.ref(thing)
    box = [[thing]]
    locations.of(box, CONTENTS)
    locations.of(box[0], CONTENTS)
    del thing
    assert locations.release() == 0
    del box
    assert alive() is not None
    assert locations.release() == 2
    assert alive() is None


def test_a_held_container_in_a_cycle_is_let_go_of() -> None:
    locations = Locations()
    thing = Thing()
    alive = weakref.ref(thing)
    box: list[object] = [thing]
    box.append(box)
    kept: list[object] = [1]
    locations.of(box, CONTENTS)
    key = locations.of(kept, CONTENTS).key
    del box, thing
    gc.collect()
    assert alive() is not None
    assert locations.release(cycles=True) == 1
    assert alive() is None
    assert locations.of(kept, CONTENTS).key == key


def test_rewritten_code_judges_rightly_what_is_still_alive() -> None:
    source = """
        import weakref
        class Item: pass
        def f():
            items = [Item()]
            ref = weakref.ref(items[0])
            items.append(1)
            del items
            return ref()
    """
    module = rewrite(textwrap.dedent(source), "program.py")
    names = module.namespace("program")
    exec(module.code, names)
    with hooks.active(memory_for(module, Recorder())):
        assert names["f"]() is None


class Counted(Thing):
    """Derived from a class whose own attributes are code."""

    kept = 0


def test_what_an_untracked_class_defines_has_no_location_and_what_is_added_has() -> None:
    source = """
        def of_the_class(x): x.seen = x.seen
        def of_the_derived_class(x): x.kept = x.kept + 1
        def of_the_instance(x): x.added = 1
    """
    recorder = Recorder()
    module = rewrite(textwrap.dedent(source), "program.py")
    names = module.namespace("program")
    exec(module.code, names)
    memory = Memory(recorder, attribute_writes=module.attribute_writes, untracked=(Thing,))
    counted = Counted()
    with hooks.active(memory):
        names["of_the_class"](counted)
        assert recorder.seen == []
        names["of_the_derived_class"](counted)
        names["of_the_instance"](counted)
    assert recorder.seen == [
        "read attribute 'kept' of Counted#1 + read attribute 'kept' of class Counted",
        "write attribute 'kept' of Counted#1",
        "write attribute 'added' of Counted#1",
    ]


def test_a_tracked_name_is_read_wherever_it_stands() -> None:
    source = """
        n = 0
        def bind():
            global n
            n = 1
        def index(xs): return xs[n]
        def call(f): return f(n)
        def operand(xs): return xs * n
    """
    n = "read global 'n' of module program"
    assert record(source, "index([1])") == [n, "read the contents of list#1"]
    assert record(source, "call(abs)") == [n]
    assert record(source, "operand([1])") == [n, "read the contents of list#1"]


def test_a_bound_method_called_by_code_outside_the_scope_is_an_operation() -> None:
    source = """
        import contextlib
        class K: pass
        def f(k):
            with contextlib.ExitStack() as stack:
                stack.callback(k.xs.append, 1)
        k = K(); k.xs = []
    """
    seen = record(source, "f(k)")
    assert seen[-1] == "write the contents of list#1"
