# ruff: noqa: N802, N815 - visitors are named after the nodes they visit
"""Rewriting of a module's source, so that its accesses to shared memory become operations.

`rewrite` parses the source, puts a hook before every access that another thread could observe, and
compiles the result. Local variables are left alone; so are names that `scopes` shows never to
change, annotations and asynchronous functions. Line numbers, signatures, messages and the order of
evaluation are those of the original.

Augmented assignment becomes a read and a write, as in bytecode, so that another thread can come in
between. Where an assignment needs a value in hand before the write is announced, it goes through a
temporary, deleted at once so that nothing lives longer than it used to.
"""

from __future__ import annotations

import ast
import copy
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, cast

from taskqueue_harness.world.calls import CallRewriter
from taskqueue_harness.world.expressions import PREFIX, cells_name
from taskqueue_harness.world.injected import HOOKS
from taskqueue_harness.world.locations import FINALISED, Namespace
from taskqueue_harness.world.marks import MODULE_VARIABLES
from taskqueue_harness.world.scope import Owner, Scope, mangle
from taskqueue_harness.world.scopes import Scopes

IN_PLACE_NUMBERS = (ast.Add, ast.Sub, ast.BitOr, ast.BitAnd, ast.BitXor)
FunctionStatement = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Rewritten:
    """A module ready to be executed, any number of times, over namespaces made by `namespace`."""

    code: CodeType
    attribute_writes: frozenset[str]
    """Attribute names that this module stores. The memory of an execution needs those of all
    modules in scope: reading any other name is no operation."""
    whole_objects: bool
    """The module can store attributes under computed names: all of an object is one location."""

    def namespace(self, name: str, **values: Any) -> dict[str, Any]:
        """Fresh globals for the module `name`; `values` are ``__file__`` and its like."""
        variables = Namespace(f"global {{}} of module {name}")
        return {"__name__": name, **values, **HOOKS, MODULE_VARIABLES: variables}


@functools.lru_cache(maxsize=512)
def rewrite(
    source: str | bytes,
    filename: str,
    *,
    attribute_writes: frozenset[str] = frozenset(),
    optimize: int = -1,
) -> Rewritten:
    """Rewrite and compile the source of one module.

    `attribute_writes` are those of the other modules in scope: a global of this module that has
    such a name may be assigned from outside. Raises SyntaxError as `compile` does. What was
    rewritten once is kept: explorations of one program, one after the other, ask for the same.
    """
    tree = ast.parse(source, filename)
    scopes = Scopes(tree, attribute_writes)
    tree = Rewriter(scopes, filename).module(tree)
    code = compile(tree, filename, "exec", dont_inherit=True, optimize=optimize)
    return Rewritten(code, scopes.attribute_writes, scopes.unbounded)


def rewrite_together(modules: Sequence[tuple[str | bytes, str]]) -> list[Rewritten]:
    """Rewrite modules, given by source and file name, that may write to each other's globals."""
    writes: frozenset[str] = frozenset()
    while True:
        found = [rewrite(source, file, attribute_writes=writes) for source, file in modules]
        more = frozenset().union(*(one.attribute_writes for one in found))
        if more <= writes or len(found) == 1:
            return found
        writes = writes | more


class Rewriter(CallRewriter):
    """Replaces the statements of one module."""

    def __init__(self, scopes: Scopes, filename: str) -> None:
        super().__init__(scopes, filename)
        self._temporaries = 0
        self._generator = False

    def module(self, tree: ast.Module) -> ast.Module:
        tree.body = self.block(tree.body)
        return ast.fix_missing_locations(tree)

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in statements:
            new = self.visit(statement)
            result.extend(new if isinstance(new, list) else [new])
        return result

    def temporary(self) -> str:
        self._temporaries += 1
        return f"{PREFIX}t{self._temporaries}"

    # -- definitions

    def _function(self, node: FunctionStatement) -> ast.stmt:
        node.decorator_list = [self.expression(one) for one in node.decorator_list]
        self.defaults(node.args)
        scope = self.scopes[node]
        if isinstance(node, ast.FunctionDef):
            outer, self.scope = self.scope, scope
            outer_generator, self._generator = self._generator, _yields(node.body)
            self.names.append(node.name)
            body = self.block(node.body)
            if self._generator and not isinstance(node.body[-1], (ast.Return, ast.Raise)):
                end = self.hook("y", node.body[-1], ast.Constant(None))
                body.append(self.at(ast.Expr(end), node.body[-1]))
            if node.name == "__del__" and outer.kind == "class" and not self._generator:
                body = self._with_finalised(body, node)
            self.names.pop()
            self.scope, self._generator = outer, outer_generator
        else:
            body = node.body
        node.body = self._with_cells(body, scope)
        self._binds_by_decorator(node)
        return node

    visit_FunctionDef = _function
    visit_AsyncFunctionDef = _function

    def _with_finalised(self, body: list[ast.stmt], node: ast.FunctionDef) -> list[ast.stmt]:
        """The body of a ``__del__``, at the end of which the object is known to be dead."""
        first = [*node.args.posonlyargs, *node.args.args][:1]
        if not first or len(self.scope.bindings[mangle(first[0].arg, self.scope.class_name)]) > 1:
            return body
        start = 1 if _is_docstring(body[0]) else 0
        if not body[start:]:
            return body
        target = ast.Name(first[0].arg, ast.Load())
        end = ast.Expr(ast.Call(ast.Name(FINALISED, ast.Load()), [target], []))
        last = self.at(end, body[-1])
        return [*body[:start], self.at(ast.Try(body[start:], [], [], [last]), body[start])]

    def _with_cells(self, body: list[ast.stmt], scope: Scope) -> list[ast.stmt]:
        if not self.scopes.cells(scope):
            return body
        first = body[0]
        phrase = ast.Constant(f"variable {{}} of {scope.name}()")
        made = ast.Call(ast.Name(f"{PREFIX}ns", ast.Load()), [phrase], [])
        make = ast.Assign([ast.Name(cells_name(scope), ast.Store())], made)
        start = 1 if _is_docstring(first) else 0
        self.at(make, body[min(start, len(body) - 1)])
        return [*body[:start], make, *body[start:]]

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        node.decorator_list = [self.expression(one) for one in node.decorator_list]
        node.bases = [self.expression(one) for one in node.bases]
        for keyword in node.keywords:
            keyword.value = self.expression(keyword.value)
        outer, self.scope = self.scope, self.scopes[node]
        self.names.append(node.name)
        node.body = _with_hooks(self.block(node.body))
        self.names.pop()
        self.scope = outer
        self._binds_by_decorator(node)
        return node

    def _binds_by_decorator(self, node: FunctionStatement | ast.ClassDef) -> None:
        owner = self.tracked(node.name)
        if owner is not None:
            place = node.decorator_list[0] if node.decorator_list else node
            hook = self.hook("bv", place, *self.variable(owner))
            node.decorator_list = [hook, *node.decorator_list]

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        value = None if node.value is None else self.expression(node.value)
        if self._generator:
            value = self.hook("y", node, value or ast.Constant(None))
        node.value = value
        return node

    # -- targets

    def target(self, node: ast.expr, later: list[tuple[str, ast.expr]]) -> ast.expr:
        """A target rewritten. From the first tracked name on, values go to temporaries: `later`
        receives their names, with the targets that remain to be assigned, in order.

        In a class body no temporary may show: a tracked name is bound at once, and announced after.
        """
        if isinstance(node, (ast.Tuple, ast.List)):
            node.elts = [self.target(one, later) for one in node.elts]
            return node
        if isinstance(node, ast.Starred):
            node.value = self.target(node.value, later)
            return node
        tracked = isinstance(node, ast.Name) and self.tracked(node.id) is not None
        if self.scope.kind == "class":
            if tracked:
                later.append(("", node))
            return self.expression(node)
        if later or tracked:
            name = self.temporary()
            later.append((name, node))
            return self.at(ast.Name(name, ast.Store()), node)
        return self.expression(node)

    def assign_later(self, later: list[tuple[str, ast.expr]]) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for name, target in later:
            if not name:
                owner = self.tracked(cast(ast.Name, target).id)
                if owner is not None:
                    write = self.write_variable(ast.Constant(None), owner, target)
                    statements.append(self.at(ast.Expr(write), target))
                continue
            value = self.at(ast.Name(name, ast.Load()), target)
            statements += self._assign_one(target, value, target)
            delete = ast.Delete([ast.Name(name, ast.Del())])
            statements.append(self.at(delete, target))
        return statements

    def _assign_one(self, target: ast.expr, value: ast.expr, at: ast.AST) -> list[ast.stmt]:
        """``target = value``, the value rewritten already."""
        if isinstance(target, ast.Subscript) and not self.simple(target.slice):
            container = self.expression(target.value)
            operands = self.hook("wia", target, value, container, self.index(target.slice))
            return [self.at(ast.Expr(self.operator("setitem", target, operands)), at)]
        if isinstance(target, ast.Name):
            owner = self.tracked(target.id)
            if owner is not None:
                value = self.write_variable(value, owner, target)
            return [self.at(ast.Assign([target], value), at)]
        later: list[tuple[str, ast.expr]] = []
        new = self.target(target, later)
        return [self.at(ast.Assign([new], value), at), *self.assign_later(later)]

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        unpacks = any(isinstance(one, (ast.Tuple, ast.List)) for one in node.targets)
        display = isinstance(node.value, (ast.Tuple, ast.List))
        value = self.read(node.value) if unpacks and not display else self.expression(node.value)
        if len(node.targets) == 1:
            return self._assign_one(node.targets[0], value, node)
        # a = b = value: one store after the other, each announced on its own.
        later: list[tuple[str, ast.expr]] = []
        node.targets = [self.target(one, later) for one in node.targets]
        node.value = value
        return [node, *self.assign_later(later)]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return node
        node.value = self.expression(node.value)
        if isinstance(node.target, ast.Name):
            owner = self.tracked(node.target.id)
            if owner is not None:
                node.value = self.write_variable(node.value, owner, node)
        else:
            node.target = cast(Any, self.expression(node.target))
        return node

    # -- augmented assignment

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        target = node.target
        if isinstance(target, ast.Name):
            return self._augment_name(node, target)
        if self.scope.kind == "class":
            return self._augment_by_call(node, target)
        if isinstance(target, ast.Attribute):
            if self.simple(target.value):
                return self._augment(node, target)
            return self._with_temporary(target.value, target, "value", node)
        if not self.simple(target.value):
            return self._with_temporary(target.value, target, "value", node)
        if not self.simple(target.slice):
            return self._with_temporary(target.slice, target, "slice", node)
        return self._augment(node, target)

    def _with_temporary(
        self, part: ast.expr, target: ast.Attribute | ast.Subscript, field: str, node: ast.AugAssign
    ) -> ast.stmt:
        """Evaluate one part of the target first, then go on with a name in its place."""
        name = self.temporary()
        value = self.index(part) if field == "slice" else self.expression(part)
        keep = self.at(ast.Assign([ast.Name(name, ast.Store())], value), node)
        setattr(target, field, self.at(ast.Name(name, ast.Load()), part))
        rest = self.visit_AugAssign(node)
        drop = self.at(ast.Delete([ast.Name(name, ast.Del())]), node)
        guarded = self.at(ast.Try([rest], [], [], [drop]), node)
        return self.at(ast.If(ast.Constant(True), [keep, guarded], []), node)

    def _augment_by_call(
        self, node: ast.AugAssign, target: ast.Attribute | ast.Subscript
    ) -> ast.stmt:
        """In a class body, where a temporary would be a name of the class."""
        value = self.expression(target.value)
        if isinstance(target, ast.Attribute):
            name = ast.Constant(mangle(target.attr, self.scope.class_name))
            place = self.hook("field", target, value, name)
        else:
            place = self.hook("item", target, value, self.index(target.slice))
        loaded = self.at(ast.Call(ast.Attribute(place, "load", ast.Load()), [], []), target)
        operator = ast.Name(f"{PREFIX}i{type(node.op).__name__}", ast.Load())
        stored = self.hook("augment", node, loaded, self.expression(node.value), operator)
        return self.at(ast.Expr(stored), node)

    def _result(self, node: ast.AugAssign, current: ast.expr) -> ast.expr:
        """``current op= value`` as an expression; a container in `current` is changed in place."""
        name = f"i{type(node.op).__name__}"
        if self._cannot_change_container(node):
            return self.hook(name, node, current, self.expression(node.value), site=False)
        operands = self.hook("ip", node, current, self.expression(node.value))
        return self.operator(name, node, operands)

    def _cannot_change_container(self, node: ast.AugAssign) -> bool:
        number = isinstance(node.value, ast.Constant) and isinstance(
            node.value.value, (int, float, complex)
        )
        if isinstance(node.op, IN_PLACE_NUMBERS):
            return number
        return not isinstance(node.op, ast.Mult)

    def _augment_name(self, node: ast.AugAssign, target: ast.Name) -> ast.stmt:
        owner = self.tracked(target.id)
        load = self.at(ast.Name(target.id, ast.Load()), target)
        if owner is None:
            change = not self._cannot_change_container(node)
            node.value = self.expression(node.value)
            if change:
                node.value = self.hook("wip", node, node.value, load)
            return node
        value = self.write_variable(self._result(node, self.expression(load)), owner, node)
        return self.at(ast.Assign([target], value), node)

    def _augment(self, node: ast.AugAssign, target: ast.Attribute | ast.Subscript) -> ast.stmt:
        load = copy.deepcopy(target)
        load.ctx = ast.Load()
        value = self._result(node, self.expression(load))
        return self.at(ast.Assign([self.expression(target)], value), node)

    # -- deletion

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                inner = self.at(ast.Delete(target.elts), node)
                statements += self.visit_Delete(inner)
            elif isinstance(target, ast.Subscript) and not self.simple(target.slice):
                container = self.expression(target.value)
                operands = self.hook("dia", target, container, self.index(target.slice))
                delete = ast.Expr(self.operator("delitem", target, operands))
                statements.append(self.at(delete, node))
            else:
                owner = self.tracked(target.id) if isinstance(target, ast.Name) else None
                if owner is not None:
                    statements.append(self._announce_write(owner, node))
                new = ast.Delete([self.expression(target)])
                statements.append(self.at(new, node))
        return statements

    def _announce_write(self, owner: Owner, at: ast.stmt) -> ast.stmt:
        return self.at(ast.Expr(self.write_variable(ast.Constant(None), owner, at)), at)

    # -- statements that bind names on the side

    def _import(self, node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for alias in node.names:
            owner = self.tracked(alias.asname or alias.name.partition(".")[0])
            if owner is not None:
                statements.append(self._announce_write(owner, node))
        return [*statements, node]

    visit_Import = _import
    visit_ImportFrom = _import

    def visit_For(self, node: ast.For) -> ast.stmt:
        node.iter = self.iterable(node.iter)
        later: list[tuple[str, ast.expr]] = []
        node.target = self.target(node.target, later)
        node.body = [*self.assign_later(later), *self.block(node.body)]
        node.orelse = self.block(node.orelse)
        return node

    def visit_With(self, node: ast.With) -> ast.stmt:
        first, *others = node.items
        later: list[tuple[str, ast.expr]] = []
        first.context_expr = self.expression(first.context_expr)
        if first.optional_vars is not None:
            first.optional_vars = self.target(first.optional_vars, later)
        if others and later:
            # The name must be bound before the next item is evaluated.
            inner = self.at(ast.With(others, node.body), node)
            node.items = [first]
            node.body = [*self.assign_later(later), self.visit_With(inner)]
            return node
        if others:
            inner = self.at(ast.With(others, node.body), node)
            inner_new = cast(ast.With, self.visit_With(inner))
            node.items, node.body = [first, *inner_new.items], inner_new.body
            return node
        node.body = [*self.assign_later(later), *self.block(node.body)]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        if node.type is not None:
            node.type = self.expression(node.type)
        owner = self.tracked(node.name) if node.name is not None else None
        body = self.block(node.body)
        if owner is not None and self.scope.kind == "class":
            node.body = [self._announce_write(owner, body[0]), *body]
            return node
        if owner is None or node.name is None:
            node.body = body
            return node
        # What the compiler does itself at the end of the handler, spelled out.
        name, target = self.temporary(), node.name
        first = body[0]
        value = self.write_variable(ast.Name(name, ast.Load()), owner, first)
        bind = self.at(ast.Assign([ast.Name(target, ast.Store())], value), first)
        clear = self.at(ast.Assign([ast.Name(target, ast.Store())], ast.Constant(None)), first)
        delete = self.at(ast.Delete([ast.Name(target, ast.Del())]), first)
        end = [self._announce_write(owner, first), clear, delete]
        node.name = name
        node.body = [bind, self.at(ast.Try(body, [], [], end), first)]
        return node

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        node.subject = self.read(node.subject)
        for case in node.cases:
            captured = _captured(case.pattern)
            case.pattern = self.visit(case.pattern)
            if case.guard is not None:
                case.guard = self.test(case.guard)
            owners = [owner for name in captured if (owner := self.tracked(name)) is not None]
            place = case.body[0]
            announce = [self._announce_write(owner, place) for owner in owners]
            case.body = [*announce, *self.block(case.body)]
        return node

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.pattern:
        # The compiler takes only a name or dotted names for the class: it stays as it is.
        node.patterns = [self.visit(one) for one in node.patterns]
        node.kwd_patterns = [self.visit(one) for one in node.kwd_patterns]
        return node

    # -- statements that test

    def visit_If(self, node: ast.If | ast.While) -> ast.stmt:
        node.test = self.test(node.test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse)
        return node

    visit_While = visit_If

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        node.test = self.test(node.test)
        if node.msg is not None:
            node.msg = self.expression(node.msg)
        return node

    def visit_TypeAlias(self, node: ast.stmt) -> ast.stmt:
        return node


def _with_hooks(body: list[ast.stmt]) -> list[ast.stmt]:
    """The body of a class, whose hooks are no names of the class: a metaclass may make up names."""
    hooks = {
        one.id: None
        for statement in body
        for one in ast.walk(statement)
        if isinstance(one, ast.Name) and one.id.startswith(PREFIX)
    }
    if not hooks:
        return body
    declared = ast.copy_location(ast.Global([*hooks]), body[0])
    start = 1 if _is_docstring(body[0]) else 0
    return [*body[:start], declared, *body[start:]]


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _yields(body: list[ast.stmt]) -> bool:
    """Whether a function with this body is a generator function."""
    todo: list[ast.AST] = [*body]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            todo += ast.iter_child_nodes(node)
    return False


def _captured(pattern: ast.pattern) -> list[str]:
    found: list[str] = []
    for node in ast.walk(pattern):
        name = node.rest if isinstance(node, ast.MatchMapping) else getattr(node, "name", None)
        if isinstance(name, str):
            found.append(name)
    return found
