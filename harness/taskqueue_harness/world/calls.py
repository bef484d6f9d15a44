# ruff: noqa: N802 - visitors are named after the nodes they visit
"""Rewriting of calls: a call into C is an access to the containers it is given.

Whether a call goes into C is known only when it is made. With constants and local names for
arguments the hook sees copies of them and returns the function, which the program then calls
itself. A method that containers have is called by way of `functools.partial`, so that no frame of
ours shows in a traceback. Any other call replaces the function, if it turns out to be one in C, by
one that announces the access.
"""

from __future__ import annotations

import ast
import copy

from taskqueue_harness.world import effects
from taskqueue_harness.world.expressions import LAZY_CALLS, PREFIX, ExpressionRewriter
from taskqueue_harness.world.scope import Scope, mangle

OWN_VARIABLES = frozenset({"locals", "vars", "dir"})
"""Without arguments these list the variables of the function that calls them."""


class CallRewriter(ExpressionRewriter):
    """Adds the calls to what `ExpressionRewriter` replaces."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        listing = not node.args and self.is_builtin(node.func) in OWN_VARIABLES
        called = self._call(node)
        if listing and self._has_cells():
            return self.hook("own", node, called, site=False)
        return called

    def _has_cells(self) -> bool:
        scope: Scope | None = self.scope.function
        if scope is None or scope.kind != "function":
            return False
        while scope is not None and not self.scopes.cells(scope):
            scope = scope.parent
        return scope is not None

    def _call(self, node: ast.Call) -> ast.expr:
        func, name = node.func, self.is_builtin(node.func)
        if name in effects.NO_EFFECT_BUILTINS or self._is_plain_function(func):
            self._arguments(node, guarded=name is None or name in effects.KEEPING_BUILTINS)
            return node
        one = len(node.args) == 1 and not node.keywords
        if name in effects.ONE_ARGUMENT_READERS and one and not _starred(node):
            node.args = [self.read(node.args[0])]
            return node
        by_copy = all(self.simple(argument) for argument in node.args) and all(
            keyword.arg is not None and self.simple(keyword.value) for keyword in node.keywords
        )
        copies = copy.deepcopy((node.args, node.keywords)) if by_copy else None
        called = self.expression(func)
        method = isinstance(func, ast.Attribute) and func.attr in effects.METHOD_NAMES
        self._arguments(node, guarded=name not in LAZY_CALLS)
        site = self.site(node)
        if copies is not None:
            hook = ast.Call(_hook_name("c"), [called, site, *copies[0]], copies[1])
            node.func = self.at(hook, node)
            return node
        if method:
            hook = ast.Call(_hook_name("bc"), [called, site, *node.args], node.keywords)
            return self.at(ast.Call(self.at(hook, node), [], []), node)
        node.func = self.at(ast.Call(_hook_name("w"), [called, site], []), func)
        return node

    def _is_plain_function(self, func: ast.expr) -> bool:
        if not isinstance(func, ast.Name) or self.tracked(func.id) is not None:
            return False
        name = mangle(func.id, self.scope.class_name)
        owner = self.scope.owner(name)
        return owner is not None and owner.is_plain_function(name)

    def _arguments(self, node: ast.Call, *, guarded: bool) -> None:
        arguments: list[ast.expr] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                argument.value = self.read(argument.value)
                arguments.append(argument)
            else:
                arguments.append(self._argument(argument, guarded))
        node.args = arguments
        for keyword in node.keywords:
            if keyword.arg is None:
                keyword.value = self.read(keyword.value)
            else:
                keyword.value = self._argument(keyword.value, guarded)

    def _argument(self, node: ast.expr, guarded: bool) -> ast.expr:
        handed_out = isinstance(node, ast.Attribute) and node.attr in effects.HANDED_OUT_METHODS
        handed_out = handed_out or self.is_builtin(node) in effects.HANDED_OUT
        value = self.expression(node)
        return self.hook("guard", node, value) if guarded and handed_out else value


def _hook_name(name: str) -> ast.Name:
    return ast.Name(PREFIX + name, ast.Load())


def _starred(node: ast.Call) -> bool:
    return any(isinstance(one, ast.Starred) for one in node.args)
