# ruff: noqa: N815 - visitors are named after the nodes they visit
"""What a module's source binds, uses and captures, scope by scope.

Annotations are left out: they are no part of what runs, or run once.
"""

from __future__ import annotations

import ast

from taskqueue_harness.world.scope import Kind, Place, Scope, mangle

STARTS = frozenset(
    {"start", "run", "submit", "map", "start_new_thread", "start_joinable_thread", "apply_async"}
)
"""Calls by these names in a module's body may start a thread that reads the module's globals."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Bindings(ast.NodeVisitor):
    """The scopes of one module, by the syntax node that opens each, and what they bind and use."""

    def __init__(self) -> None:
        self.by_node: dict[ast.AST, Scope] = {}
        self.attribute_writes: set[str] = set()
        self.attribute_names: set[str] = set()
        self.unbounded = False
        """True if the source can store attributes by computed names (setattr, __dict__, vars)."""
        self.uses_globals = False
        self.thread_start: Place | None = None
        """The first call in the module's own body that may start a thread."""
        self._scope: Scope
        self._rank = 0
        self._loops: list[int] = []
        self._number = 0

    def build(self, tree: ast.Module) -> Scope:
        self._scope = module = Scope("module", "module", None, Place(0, ()), None, 0)
        self.by_node[tree] = module
        for statement in tree.body:
            self.visit(statement)
        return module

    # -- scopes

    def _open(self, node: ast.AST, kind: Kind, name: str, class_name: str | None) -> Scope:
        self._number += 1
        scope = Scope(kind, name, self._scope, self._here(), class_name, self._number)
        self.by_node[node] = scope
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
        self._bind(node.name, self.by_node[node].place if plain else None)
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
            self.unbounded = True
        elif name == "globals":
            self.uses_globals = True

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
        self.attribute_names.add(name)
        if not isinstance(node.ctx, ast.Load):
            self.attribute_writes.add(name)
        elif name in ("__dict__", "__setattr__", "__delattr__"):
            self.unbounded = True
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        func = node.func
        called = getattr(func, "attr", getattr(func, "id", None))
        module_level = self._scope.function.kind == "module"
        if module_level and called in STARTS and self.thread_start is None:
            self.thread_start = self._here()
        if isinstance(func, ast.Name) and func.id in ("setattr", "delattr") and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                # The name is written out: this stores one attribute, not any.
                self.attribute_writes.add(name.value)
                self.attribute_names.add(name.value)
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
