# ruff: noqa: N815 - visitors are named after the nodes they visit
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
The rules of scoping are those of the language reference, section 4.2.2, "Resolution of names".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["module", "function", "class", "block"]
"""A *block* is a list, set or dict comprehension: it runs at once, in its function's thread."""

STARTS = frozenset(
    {"start", "run", "submit", "map", "start_new_thread", "start_joinable_thread", "apply_async"}
)
"""Calls by these names in a module's body may start a thread that reads the module's globals."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


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


class Scopes:
    """The scopes of one module, by the syntax node that opens each.

    `attribute_writes` are the attribute names stored by *other* modules in scope: one of them could
    be a global of this module, reached as ``module.name``.
    """

    def __init__(self, tree: ast.Module, attribute_writes: frozenset[str] = frozenset()) -> None:
        self._by_node: dict[ast.AST, Scope] = {}
        self.attribute_writes: set[str] = set()
        self.attribute_names: set[str] = set()
        self.unbounded = False
        """True if the source can store attributes by computed names (setattr, __dict__, vars)."""
        self.uses_globals = False
        self.thread_start: Place | None = None
        builder = _Builder(self)
        self.module = builder.build(tree)
        self._stored = attribute_writes | self.attribute_writes
        self._tracked_globals = frozenset(self._find_tracked_globals())
        self._find_captures()

    def __getitem__(self, node: ast.AST) -> Scope:
        return self._by_node[node]

    def add(self, node: ast.AST, scope: Scope) -> None:
        self._by_node[node] = scope

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
        seen = {id(scope): scope for scope in self._by_node.values()}
        return iter(seen.values())

    def _find_tracked_globals(self) -> Iterator[str]:
        module = self.module
        for scope in self._scopes():
            if scope.kind != "module":
                yield from scope.global_names & scope.bindings.keys()
        for name, places in module.bindings.items():
            late = self.thread_start is not None and not all(
                place.precedes(self.thread_start) for place in places
            )
            if late or name in self._stored or self.uses_globals:
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


class _Builder(ast.NodeVisitor):
    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._scope: Scope
        self._rank = 0
        self._loops: list[int] = []
        self._number = 0

    def build(self, tree: ast.Module) -> Scope:
        self._scope = module = Scope("module", "module", None, Place(0, ()), None, 0)
        self._scopes.add(tree, module)
        for statement in tree.body:
            self.visit(statement)
        return module

    # -- scopes

    def _open(self, node: ast.AST, kind: Kind, name: str, class_name: str | None) -> Scope:
        self._number += 1
        scope = Scope(kind, name, self._scope, self._here(), class_name, self._number)
        self._scopes.add(node, scope)
        return scope

    def _here(self) -> Place:
        self._rank += 1
        return Place(self._rank, tuple(self._loops))

    def mangle(self, name: str) -> str:
        return mangle(name, self._scope.class_name)

    def _bind(self, name: str, place: Place | None = None, scope: Scope | None = None) -> None:
        place = place or self._here()
        name = self.mangle(name)
        scope = scope or self._scope
        scope.bindings.setdefault(name, []).append(place)

    def _function(self, node: FunctionNode, name: str) -> None:
        arguments = node.args
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                self.visit(default)
        scope = self._open(node, "function", name, self._scope.class_name)
        outer, outer_loops = self._scope, self._loops
        self._scope, self._loops = scope, []
        for argument in _arguments(arguments):
            self._bind(argument.arg, Place(scope.place.rank, ()))
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(statement)
        self._scope, self._loops = outer, outer_loops

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._function(node, node.name)
        plain = isinstance(node, ast.FunctionDef) and not node.decorator_list
        # A function that calls itself captures its own name; nobody else can see it before it is
        # bound, unless a decorator hands it out.
        self._bind(node.name, self._scopes[node].place if plain else None)
        if plain:
            name = self.mangle(node.name)
            counts = self._scope.plain_functions
            counts[name] = counts.get(name, 0) + 1

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node, "<lambda>")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for child in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(child)
        scope = self._open(node, "class", node.name, node.name)
        outer, self._scope = self._scope, scope
        for statement in node.body:
            self.visit(statement)
        self._scope = outer
        self._bind(node.name)

    def _comprehension(self, node: Comprehension) -> None:
        first, *others = node.generators
        self.visit(first.iter)
        lazy = isinstance(node, ast.GeneratorExp)
        name = "<genexpr>" if lazy else "<comprehension>"
        scope = self._open(node, "function" if lazy else "block", name, self._scope.class_name)
        outer, outer_loops = self._scope, self._loops
        self._scope = scope
        self._loops = [] if lazy else [*outer_loops, self._here().rank]
        self.visit(first.target)
        for condition in first.ifs:
            self.visit(condition)
        for generator in others:
            self.visit(generator)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            self.visit(node.value)
        else:
            self.visit(node.elt)
        self._scope, self._loops = outer, outer_loops

    visit_ListComp = _comprehension
    visit_SetComp = _comprehension
    visit_DictComp = _comprehension
    visit_GeneratorExp = _comprehension

    # -- bindings and uses

    def visit_Name(self, node: ast.Name) -> None:
        name = self.mangle(node.id)
        self._scope.uses.add(name)
        if not isinstance(node.ctx, ast.Load):
            self._bind(node.id)
        elif name in ("setattr", "delattr", "vars", "exec", "eval"):
            self._scopes.unbounded = True
        elif name == "globals":
            self._scopes.uses_globals = True

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = self._scope
        while scope.name in ("<comprehension>", "<genexpr>") and scope.parent is not None:
            scope.uses.add(self.mangle(node.target.id))
            if scope.kind == "function":
                # A generator expression binds its function's variable whenever it is advanced.
                scope.nonlocal_names.add(self.mangle(node.target.id))
                scope.bindings.setdefault(self.mangle(node.target.id), [])
            scope = scope.parent
        self._bind(node.target.id, scope=scope)
        scope.uses.add(self.mangle(node.target.id))

    def visit_Global(self, node: ast.Global) -> None:
        self._scope.global_names.update(map(self.mangle, node.names))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self._scope.nonlocal_names.update(map(self.mangle, node.names))

    def visit_alias(self, node: ast.alias) -> None:
        self._bind(node.asname or node.name.partition(".")[0])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name is not None:
            self._bind(node.name)
        for statement in node.body:
            self.visit(statement)
        if node.name is not None:
            self._bind(node.name)

    def _capture_pattern(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name)
        self.generic_visit(node)

    visit_MatchAs = _capture_pattern
    visit_MatchStar = _capture_pattern

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self.mangle(node.attr)
        self._scopes.attribute_names.add(name)
        if not isinstance(node.ctx, ast.Load):
            self._scopes.attribute_writes.add(name)
        elif name in ("__dict__", "__setattr__", "__delattr__"):
            self._scopes.unbounded = True
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        func = node.func
        called = getattr(func, "attr", getattr(func, "id", None))
        module_level = self._scope.function.kind == "module"
        if module_level and called in STARTS and self._scopes.thread_start is None:
            self._scopes.thread_start = self._here()
        if isinstance(func, ast.Name) and func.id in ("setattr", "delattr") and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                # The name is written out: this stores one attribute, not any.
                self._scopes.attribute_writes.add(name.value)
                self._scopes.attribute_names.add(name.value)
                for child in [*node.args, *node.keywords]:
                    self.visit(child)
                return
        self.generic_visit(node)

    # -- loops, and annotations, which are left alone

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._loops.append(self._here().rank)
        self.visit(node.target)
        for statement in node.body:
            self.visit(statement)
        self._loops.pop()
        for statement in node.orelse:
            self.visit(statement)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self._loops.append(self._here().rank)
        self.visit(node.test)
        for statement in node.body:
            self.visit(statement)
        self._loops.pop()
        for statement in node.orelse:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)
        else:
            # A bare annotation makes the name local without binding it.
            self._scope.bindings.setdefault(self.mangle(node.target.id), [])

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self.visit(node.target)


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]


def mangle(name: str, class_name: str | None) -> str:
    """`name` as the compiler spells it inside the class: ``__x`` in ``class C`` is ``_C__x``."""
    if class_name is None or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    stripped = class_name.lstrip("_")
    return f"_{stripped}{name}" if stripped else name
