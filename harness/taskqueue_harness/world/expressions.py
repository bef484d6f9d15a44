# ruff: noqa: N815 - visitors are named after the nodes they visit
"""Rewriting of expressions: where a hook stands so that the access follows it at once.

An access must come right after its announcement, with all operands evaluated before. Where the
last operand evaluated is the thing accessed, the hook goes around it (``len(x)``, ``a in x``,
``x.name``). Where operands follow, the hook is given copies of those that are constants or local
names, which evaluating twice does not change; otherwise the hook takes all operands and hands them
to the operator as a C function (``operator.getitem(*hook(x, i))``), which leaves no frame behind.
"""

from __future__ import annotations

import ast
import copy
from typing import Any, TypeVar, cast

from taskqueue_harness.world.bindings import Comprehension
from taskqueue_harness.world.locations import CELLS
from taskqueue_harness.world.marks import MODULE_VARIABLES, SITES, Site
from taskqueue_harness.world.scope import Owner, Scope, mangle
from taskqueue_harness.world.scopes import Scopes

Node = TypeVar("Node", bound=ast.AST)

PREFIX = "_@"
"""Begins every injected name: no identifier, not mangled, and left out by ``import *``."""

CONTAINER_OPERATORS = (*(ast.Add, ast.Sub, ast.Mult, ast.Mod, ast.BitOr, ast.BitAnd, ast.BitXor),)
SCALAR_CALLS = frozenset({"len", "isinstance", "issubclass", "callable", "hasattr", "int", "id"})
LAZY_CALLS = frozenset({"map", "filter", "iter", "zip", "enumerate", "sorted", "min", "max"})


class ExpressionRewriter(ast.NodeTransformer):
    """Replaces the expressions of one module; `CallRewriter` adds calls, `Rewriter` statements."""

    def __init__(self, scopes: Scopes, filename: str) -> None:
        self.scopes = scopes
        self.filename = filename
        self.scope: Scope = scopes.module
        self.names: list[str] = []

    # -- building blocks

    def site(self, node: ast.expr | ast.stmt) -> ast.Constant:
        function = ".".join(self.names) or "<module>"
        end = node.end_col_offset or node.col_offset
        SITES.append(Site(self.filename, node.lineno, node.col_offset, end, function))
        return ast.Constant(len(SITES) - 1)

    def hook(self, name: str, at: Any, *arguments: ast.expr, site: bool = True) -> ast.Call:
        """A call of the hook `name`, in the place of `at`, its site as the last argument."""
        last = [self.site(at)] if site else []
        made = ast.Call(ast.Name(PREFIX + name, ast.Load()), [*arguments, *last], [])
        return self.at(made, at)

    def at(self, node: Node, place: ast.AST) -> Node:
        """Give `node`, and all below it that has none yet, the position of `place`."""
        ast.copy_location(node, place)
        for child in ast.walk(node):
            if "lineno" in child._attributes and not hasattr(child, "lineno"):
                ast.copy_location(child, place)
        return node

    def tracked(self, name: str) -> Owner | None:
        owner = self.scopes.tracked(self.scope, mangle(name, self.scope.class_name))
        if owner is not None and owner.scope.name.startswith("<"):
            # A lambda or a generator expression has no room for the namespace of its cells.
            return None
        return owner

    def variable(self, owner: Owner) -> tuple[ast.expr, ast.expr]:
        """The namespace of a tracked variable, and its name, as arguments of a hook."""
        if owner.scope.kind == "module":
            return ast.Name(MODULE_VARIABLES, ast.Load()), ast.Constant(owner.name)
        return ast.Name(cells_name(owner.scope), ast.Load()), ast.Constant(owner.name)

    def write_variable(self, value: ast.expr, owner: Owner, at: ast.AST) -> ast.expr:
        return self.hook("wv", at, value, *self.variable(owner))

    def is_builtin(self, node: ast.expr) -> str | None:
        """The name, if `node` is one that can only mean a built-in."""
        if not isinstance(node, ast.Name):
            return None
        owner = self.scope.owner(node.id)
        if owner is not self.scopes.module or node.id in owner.bindings:
            return None
        return node.id

    def simple(self, node: ast.expr) -> bool:
        """True if evaluating `node` twice, or a moment earlier, makes no difference."""
        if isinstance(node, ast.Name):
            # The namespace of a class may be one of the metaclass, which counts its look-ups.
            return self.scope.kind != "class" and self.tracked(node.id) is None
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.operand, ast.Constant)
        if isinstance(node, ast.Tuple):
            return all(map(self.simple, node.elts))
        if isinstance(node, ast.Slice):
            parts = (node.lower, node.upper, node.step)
            return all(self.simple(part) for part in parts if part is not None)
        return isinstance(node, ast.Constant)

    def scalar(self, node: ast.expr) -> bool:
        """True if the value of `node` can be no container."""
        if isinstance(node, ast.Call):
            return self.is_builtin(node.func) in SCALAR_CALLS
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not) or self.scalar(node.operand)
        return isinstance(node, (ast.Constant, ast.JoinedStr, ast.Compare, ast.Lambda))

    def unshared(self, node: ast.expr) -> bool:
        """True if the value of `node` is a container made on the spot, or none at all."""
        fresh = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
        return isinstance(node, (*fresh, ast.GeneratorExp)) or self.scalar(node)

    def expression(self, node: ast.expr) -> ast.expr:
        return cast(ast.expr, self.visit(node))

    def read(self, node: ast.expr, hook: str = "r") -> ast.expr:
        """`node` rewritten, its contents read right after it is evaluated."""
        value = self.expression(node)
        return value if self.unshared(node) else self.hook(hook, node, value)

    def test(self, node: ast.expr) -> ast.expr:
        """`node` rewritten where its truth is tested."""
        if isinstance(node, ast.BoolOp):
            node.values = [self.test(value) for value in node.values]
            return node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.test(node.operand)
            return node
        return self.read(node)

    # -- names and attributes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        owner = self.tracked(node.id) if isinstance(node.ctx, ast.Load) else None
        if owner is None:
            return node
        announce = self.hook("rv", node, *self.variable(owner))
        return self.at(ast.BoolOp(ast.Or(), [announce, node]), node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        owner = self.tracked(node.target.id)
        node.value = self.expression(node.value)
        if owner is not None:
            node.value = self.write_variable(node.value, owner, node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value = self.expression(node.value)
        name = mangle(node.attr, self.scope.class_name)
        reading = isinstance(node.ctx, ast.Load)
        if reading and name == "__closure__":
            node.value = value
            return self.hook("closure", node, node, site=False)
        if reading and name.startswith("__") and name.endswith("__") and name != "__dict__":
            node.value = value
        else:
            hook = "ra" if reading else "wa"
            node.value = self.hook(hook, node, value, ast.Constant(name))
        return node

    # -- subscripts

    def index(self, node: ast.expr) -> ast.expr:
        """An index rewritten as a value of its own: a slice is made by a call."""
        if isinstance(node, ast.Slice):
            none = ast.Constant(None)
            parts = [
                self.expression(part) if part is not None else none
                for part in (node.lower, node.upper, node.step)
            ]
            return self.hook("slice", node, *parts, site=False)
        if isinstance(node, ast.Tuple):
            node.elts = [self.index(one) for one in node.elts]
            return node
        return self.expression(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value = self.expression(node.value)
        if isinstance(node.ctx, ast.Load):
            if self.simple(node.slice):
                node.value = self.hook("ri", node, value)
                return node
            both = self.hook("ria", node, value, self.index(node.slice))
            return self.operator("getitem", node, both)
        if self.simple(node.slice):
            node.value = self.hook("wi", node, value)
            return node
        item = self.hook("item", node, value, self.index(node.slice))
        return self.at(ast.Attribute(item, "value", node.ctx), node)

    def operator(self, name: str, at: ast.AST, operands: ast.expr) -> ast.expr:
        """The operator `name` as a C function, applied to the operands that a hook returns."""
        return self.hook(name, at, ast.Starred(operands, ast.Load()), site=False)

    # -- operators

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        *tested, last = node.values
        node.values = [*map(self.test, tested), self.expression(last)]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not):
            return self.test(node)
        node.operand = self.expression(node.operand)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        node.test = self.test(node.test)
        node.body = self.expression(node.body)
        node.orelse = self.expression(node.orelse)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = node.left, node.right
        if isinstance(node.op, ast.Mod) and isinstance(left, (ast.Constant, ast.JoinedStr)):
            node.left = self.expression(left)
            node.right = self.read(right, "rt")
            return node
        plain = not isinstance(node.op, CONTAINER_OPERATORS)
        if not isinstance(node.op, ast.Mult):
            # A container and a number can only be multiplied.
            plain = plain or self.scalar(left) or self.scalar(right)
        if plain:
            node.left, node.right = self.expression(left), self.expression(right)
            return node
        return self.two(node, left, right, type(node.op).__name__)

    def two(
        self, node: ast.BinOp | ast.Compare, left: ast.expr, right: ast.expr, operator: str
    ) -> ast.expr:
        """``left operator right``, both read once both are evaluated."""
        if self.unshared(left) and self.unshared(right):
            new_left, new_right = self.expression(left), self.expression(right)
        elif self.unshared(left):
            new_left, new_right = self.expression(left), self.read(right)
        elif self.simple(right):
            new_left = self.hook("rb", left, self.expression(left), copy.deepcopy(right))
            new_right = right
        elif self.simple(left) and not _rebinds(right):
            new_right = self.hook("rb", right, self.expression(right), copy.deepcopy(left))
            new_left = left
        else:
            both = self.hook("pair", node, self.expression(left), self.expression(right))
            return self.operator(operator, node, both)
        if isinstance(node, ast.BinOp):
            node.left, node.right = new_left, new_right
        else:
            node.left, node.comparators = new_left, [new_right]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        if len(node.ops) == 1:
            left, operation, right = node.left, node.ops[0], node.comparators[0]
            if isinstance(operation, (ast.In, ast.NotIn)):
                node.left, node.comparators = self.expression(left), [self.read(right)]
                return node
            identity = isinstance(operation, (ast.Is, ast.IsNot))
            if identity or self.scalar(left) or self.scalar(right):
                node.left, node.comparators = self.expression(left), [self.expression(right)]
                return node
            return self.two(node, left, right, type(operation).__name__)
        # In a chain each operand is read when it is compared as the right one.
        node.left = self.expression(node.left)
        node.comparators = [self.read(one) for one in node.comparators]
        return node

    # -- displays, formatting, comprehensions

    def visit_Starred(self, node: ast.Starred) -> ast.expr:
        loads = isinstance(node.ctx, ast.Load)
        node.value = self.read(node.value) if loads else self.expression(node.value)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.expr:
        node.values = [
            self.read(value) if key is None else self.expression(value)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        node.keys = [None if key is None else self.expression(key) for key in node.keys]
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        node.value = self.read(node.value, "rt")
        if node.format_spec is not None:
            node.format_spec = self.expression(node.format_spec)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        value = ast.Constant(None) if node.value is None else self.expression(node.value)
        node.value = self.hook("y", node, value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.expr:
        node.value = self.hook("yf", node, self.expression(node.value))
        return node

    def iterable(self, node: ast.expr) -> ast.expr:
        """`node` rewritten where it is looped over."""
        fresh = isinstance(node, ast.Call) and self.is_builtin(node.func) in (LAZY_CALLS - {"iter"})
        nothing = isinstance(node, ast.Call) and self.is_builtin(node.func) == "range"
        value = self.expression(node)
        if self.unshared(node) or nothing:
            return value
        return self.hook("itf" if fresh else "it", node, value)

    def _comprehension(self, node: Comprehension) -> ast.expr:
        first, *others = node.generators
        if not first.is_async:
            first.iter = self.iterable(first.iter)
        outer, self.scope = self.scope, self.scopes[node]
        for generator in node.generators:
            generator.target = self.expression(generator.target)
            generator.ifs = [self.test(condition) for condition in generator.ifs]
        for generator in others:
            if not generator.is_async:
                generator.iter = self.iterable(generator.iter)
        if isinstance(node, ast.DictComp):
            node.key, node.value = self.expression(node.key), self.expression(node.value)
        else:
            node.elt = self.expression(node.elt)
        self.scope = outer
        return node

    visit_ListComp = _comprehension
    visit_SetComp = _comprehension
    visit_DictComp = _comprehension
    visit_GeneratorExp = _comprehension

    def defaults(self, arguments: ast.arguments) -> None:
        arguments.defaults = [self.expression(one) for one in arguments.defaults]
        arguments.kw_defaults = [
            None if one is None else self.expression(one) for one in arguments.kw_defaults
        ]

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        self.defaults(node.args)
        outer, self.scope = self.scope, self.scopes[node]
        self.names.append("<lambda>")
        node.body = self.expression(node.body)
        self.names.pop()
        self.scope = outer
        return node


def cells_name(scope: Scope) -> str:
    """The local under which a function keeps the `Namespace` of its tracked cells."""
    # Sorts behind all identifiers: the cells of the program keep their places in __closure__.
    return f"{CELLS}{scope.number}"


def _rebinds(node: ast.expr) -> bool:
    return any(isinstance(one, ast.NamedExpr) for one in ast.walk(node))
