"""Which names of a module can be seen to change by a second thread.

A local variable belongs to one frame, so it is never shared. Two kinds of names can be: module
globals, and the *cells* through which a function shares variables with functions defined inside it.
Most of them never change once anyone else can see them (imports, functions, a parameter that a
callback closes over), and reading those must cost nothing. This module decides, from the source
alone, for which names that is certain:

* a cell is *fixed* if every binding of it comes before, and in no loop together with, the first
  function that captures it, and no inner function rebinds it with ``nonlocal``;
* a global is *fixed* if no function rebinds it with ``global``, no attribute of that name is stored
  anywhere in the modules in scope (``module.name = ...``), ``globals()`` is not used, and the
  module's own body does not bind it after a call that may have started a thread.

Every other captured cell and every other global is *tracked*: its reads and writes are operations.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from taskqueue_harness.world.bindings import Bindings
from taskqueue_harness.world.scope import Owner, Scope


class Scopes:
    """The scopes of one module, by the syntax node that opens each.

    `attribute_writes` are the attribute names stored by *other* modules in scope: one of them could
    be a global of this module, reached as ``module.name``.
    """

    def __init__(self, tree: ast.Module, attribute_writes: frozenset[str] = frozenset()) -> None:
        self._found = found = Bindings()
        self.module = found.build(tree)
        self._stored = attribute_writes | found.attribute_writes
        self._tracked_globals = frozenset(self._find_tracked_globals())
        self._find_captures()

    def __getitem__(self, node: ast.AST) -> Scope:
        return self._found.by_node[node]

    @property
    def attribute_writes(self) -> frozenset[str]:
        """The attribute names that the module may store."""
        found = self._found
        if found.unbounded:
            return frozenset(found.attribute_writes | found.attribute_names | {"__dict__"})
        return frozenset(found.attribute_writes)

    @property
    def unbounded(self) -> bool:
        """True if the module can store attributes by computed names (setattr, __dict__, vars)."""
        return self._found.unbounded

    def tracked(self, scope: Scope, name: str) -> Owner | None:
        """Where the tracked variable `name` lives, or None if it is local or fixed."""
        owner = scope.owner(name)
        if owner is None or owner.kind in ("class", "block"):
            return None
        if owner.kind == "module":
            return Owner(owner, name) if name in self._tracked_globals else None
        return Owner(owner, name) if owner.tracks(name) else None

    def cells(self, scope: Scope) -> bool:
        """True if the function `scope` owns a tracked cell."""
        return scope.kind == "function" and any(scope.tracks(name) for name in scope.captures)

    def _scopes(self) -> Iterator[Scope]:
        seen = {id(scope): scope for scope in self._found.by_node.values()}
        return iter(seen.values())

    def _find_tracked_globals(self) -> Iterator[str]:
        module = self.module
        for scope in self._scopes():
            if scope.kind != "module":
                yield from scope.global_names & scope.bindings.keys()
        for name, places in module.bindings.items():
            late = self._found.thread_start is not None and not all(
                place.precedes(self._found.thread_start) for place in places
            )
            if late or name in self._stored or self._found.uses_globals:
                yield name

    def _find_captures(self) -> None:
        for scope in self._scopes():
            for name in scope.uses | scope.nonlocal_names:
                owner = scope.owner(name)
                if owner is None or owner.kind != "function":
                    continue
                first: Scope | None = None
                inner: Scope | None = scope
                while inner is not None and inner is not owner:
                    if inner.kind == "function":
                        first = inner
                    inner = inner.parent
                if first is None:
                    continue
                owner.captures.setdefault(name, []).append(first.place)
                if name in scope.nonlocal_names and name in scope.bindings:
                    owner.rebound_inside.add(name)
