"""The names that rewritten code finds among its globals; no program can spell them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from taskqueue_harness.world import hooks
from taskqueue_harness.world.locations import FINALISED, Namespace
from taskqueue_harness.world.marks import MODULE_VARIABLES

OPERATORS: dict[str, Callable[..., Any]] = {
    **{f"_@{name}": getattr(operator, name) for name in ("getitem", "setitem", "delitem")},
    "_@Add": operator.add,
    "_@Sub": operator.sub,
    "_@Mult": operator.mul,
    "_@Mod": operator.mod,
    "_@BitOr": operator.or_,
    "_@BitAnd": operator.and_,
    "_@BitXor": operator.xor,
    "_@Eq": operator.eq,
    "_@NotEq": operator.ne,
    "_@Lt": operator.lt,
    "_@LtE": operator.le,
    "_@Gt": operator.gt,
    "_@GtE": operator.ge,
    "_@iAdd": operator.iadd,
    "_@iSub": operator.isub,
    "_@iMult": operator.imul,
    "_@iMatMult": operator.imatmul,
    "_@iDiv": operator.itruediv,
    "_@iMod": operator.imod,
    "_@iPow": operator.ipow,
    "_@iLShift": operator.ilshift,
    "_@iRShift": operator.irshift,
    "_@iBitOr": operator.ior,
    "_@iBitXor": operator.ixor,
    "_@iBitAnd": operator.iand,
    "_@iFloorDiv": operator.ifloordiv,
}
"""Operators as C functions, for operands that must be evaluated before the access is announced."""

HOOKS: dict[str, Any] = {
    "_@ra": hooks.read_attribute,
    "_@wa": hooks.write_attribute,
    FINALISED: hooks.finalised,
    "_@rv": hooks.read_variable,
    "_@wv": hooks.write_variable,
    "_@bv": hooks.bind_by_decorator,
    "_@own": hooks.own_variables,
    "_@closure": hooks.closure,
    "_@r": hooks.read,
    "_@rt": hooks.read_text,
    "_@rb": hooks.read_both,
    "_@pair": hooks.pair,
    "_@wip": hooks.write_in_place,
    "_@ri": hooks.read_item,
    "_@wi": hooks.write_item,
    "_@ria": hooks.read_item_at,
    "_@wia": hooks.write_item_at,
    "_@dia": hooks.delete_item_at,
    "_@it": hooks.iterate,
    "_@itf": hooks.iterate_fresh,
    "_@yf": hooks.delegate,
    "_@y": hooks.leave,
    "_@c": hooks.call,
    "_@bc": hooks.bind_call,
    "_@w": hooks.watch,
    "_@guard": hooks.guard,
    "_@ip": hooks.in_place,
    "_@item": hooks.Item,
    "_@field": hooks.Field,
    "_@augment": hooks.augment,
    "_@ns": Namespace,
    "_@slice": slice,
    **OPERATORS,
}
"""What a rewritten module finds among its globals, under names that no program can spell."""

BUILTINS: dict[str, Any] = {**HOOKS, MODULE_VARIABLES: Namespace("global {} of no module")}
"""What rewritten code finds that runs over other globals than its module's."""
