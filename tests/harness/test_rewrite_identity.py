"""Rewritten code behaves as the original does, in the odder corners of the language, too."""

from __future__ import annotations

from typing import Any

from tests.harness.test_rewrite import both_ways


def same(source: str) -> Any:
    """What `go` of the module returns, as it is and rewritten; fails if they differ."""
    plain, new = (names["go"]() for names in both_ways(source))
    assert new == plain
    return new


# -- patterns


def test_a_class_pattern_may_name_its_class_with_dots() -> None:
    source = """
        import collections, types
        ns = types.SimpleNamespace(K=dict)
        def go():
            ns.K = list
            found = []
            for one in ([1], {"a": [2]}, collections.Counter("aab"), 7, complex(0, 1)):
                match one:
                    case ns.K([first]) | ns.K((first,)):
                        found.append(("list", first))
                    case collections.Counter(a=ns.K()):
                        found.append("never")
                    case collections.Counter(update=method):
                        found.append(("counter", method == one.update))
                    case {"a": ns.K() as inner}:
                        found.append(("dict", inner))
                    case complex(real=0.0, imag=imag):
                        found.append(imag)
                    case _:
                        found.append("other")
            return found
    """
    same(source)


def test_a_class_pattern_may_name_a_variable_that_changes() -> None:
    source = """
        G = int
        def swap():
            global G
            G = str
        def go():
            K = int
            def inner():
                nonlocal K
                K = str
            found = []
            for _ in range(2):
                for one in (1, "x"):
                    match one:
                        case K(value) if G:
                            found.append(value)
                    match one:
                        case G():
                            found.append(one)
                inner()
                swap()
            return found
    """
    assert same(source) == [1, 1, "x", "x"]
