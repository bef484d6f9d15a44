"""One scope of the source, and what the rules of the language make of a name in it.

The rules are those of the language reference, section 4.2.2, "Resolution of names".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["module", "function", "class", "block"]
"""A *block* is a list, set or dict comprehension: it runs at once, in its function's thread."""


class Place(NamedTuple):
    """Where something happens within a function: its rank in the source and the loops around it."""

    rank: int
    loops: tuple[int, ...]

    def precedes(self, other: Place) -> bool:
        """True if this can never happen once `other` has."""
        return self.rank <= other.rank and not set(self.loops) & set(other.loops)


class Owner(NamedTuple):
    """The scope that holds a tracked name."""

    scope: Scope
    name: str


@dataclass(eq=False)
class Scope:
    """One scope of the source: what it binds, what it uses, what inner functions capture of it."""

    kind: Kind
    name: str
    parent: Scope | None
    place: Place
    class_name: str | None
    number: int
    bindings: dict[str, list[Place]] = field(default_factory=dict)
    plain_functions: dict[str, int] = field(default_factory=dict)
    captures: dict[str, list[Place]] = field(default_factory=dict)
    rebound_inside: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)

    @property
    def function(self) -> Scope:
        """The innermost scope around this one that is not a comprehension."""
        scope = self
        while scope.kind == "block" and scope.parent is not None:
            scope = scope.parent
        return scope

    def owner(self, name: str) -> Scope | None:
        """The scope whose variable `name` means here; the module for globals and built-ins."""
        scope: Scope | None = self
        inside_class = True
        while scope is not None:
            if name in scope.global_names or scope.kind == "module":
                return scope.module
            visible = scope.kind != "class" or inside_class
            if visible and name in scope.bindings and name not in scope.nonlocal_names:
                return scope
            # Only code written directly in a class body sees the names of the class; what is
            # written in a comprehension or a function of that body does not.
            inside_class = False
            scope = scope.parent
        return None

    @property
    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def tracks(self, name: str) -> bool:
        """True if the cell `name`, owned by this function, may change while others see it."""
        captures = self.captures.get(name)
        if not captures or self.kind != "function":
            return False
        if name in self.rebound_inside:
            return True
        bindings = self.bindings.get(name, [])
        return not all(one.precedes(other) for one in bindings for other in captures)

    def is_plain_function(self, name: str) -> bool:
        """True if `name`, bound here, can only be a function written out with ``def``."""
        count = self.plain_functions.get(name, 0)
        return 0 < count == len(self.bindings.get(name, ())) and name not in self.rebound_inside


def mangle(name: str, class_name: str | None) -> str:
    """`name` as the compiler spells it inside the class: ``__x`` in ``class C`` is ``_C__x``."""
    if class_name is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = class_name.lstrip("_")
    return f"_{stripped}{name}" if stripped else name
