"""Bringing a program into a world: finding what it is there, or copying it."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

from taskqueue_harness.outcome import Outcome
from taskqueue_harness.world.loader import World
from taskqueue_harness.world.sources import Unloadable


@dataclass(frozen=True)
class Driver:
    """A program that stays outside the world, and reaches into it.

    Its code is neither executed afresh nor rewritten: what it does between two operations of the
    code under test happens in one piece and costs no schedules. For test drivers, which bring what
    is under test into scope by name and get it from the world, call by call.

    Attributes:
        function: called with the world in the main thread of each execution.
        judge: called with the outcome of each execution once it is over, a replay's too; it may
            change the outcome. What it finds is up to the driver: an execution that it does not
            turn into a failure, and that it calls done, is done.
        ordered: whether `Kernel.moment` has an answer, at some cost.
        name: in print.
    """

    function: Callable[[World], Any]
    judge: Callable[[Outcome], None] | None = None
    ordered: bool = False
    name: str = "driver"


Function: TypeAlias = Callable[[], Any]

Program: TypeAlias = Union[Function, Driver]  # noqa: UP007 - evaluated at run time on 3.10


def program_name(program: Program) -> str:
    """What a program is called in reports."""
    if isinstance(program, Driver):
        return program.name
    return str(getattr(program, "__qualname__", repr(program)))


class Loaded:
    """A program brought into a world: `run` is what the main fiber of an execution calls."""

    def __init__(self, program: Program, world: World) -> None:
        self.world = world
        self.program = program
        self.driver = program if isinstance(program, Driver) else None
        self._get = self._locate(program)

    def run(self) -> Any:
        self.world.begin()
        return self._get()()

    def _locate(self, program: Any) -> Callable[[], Function]:
        """How to find, in each execution, what `program` is in the world of that execution."""
        world = self.world
        if isinstance(program, Driver):
            driven = functools.partial(program.function, world)
            return lambda: driven
        if isinstance(program, functools.partial):
            function = self._locate(program.func)
            return lambda: functools.partial(function(), *program.args, **program.keywords)
        if isinstance(program, types.MethodType):
            function = self._locate(program.__func__)
            return lambda: types.MethodType(function(), program.__self__)
        if not isinstance(program, (types.FunctionType, type)):
            raise Unloadable(
                f"a program must be a function, a bound method or a partial, not {program!r}"
            )
        name = program.__module__
        if name not in world.sources:
            module = sys.modules.get(name)
            file = getattr(module, "__file__", None) or inspect.getsourcefile(program)
            if name == "__main__" or module is None:
                if file is None:
                    raise Unloadable(f"the source of {program!r} is not known: put it into a file")
                world.add_file(file, name)
            else:
                world.add(name)
        real = sys.modules.get(name)
        path = program.__qualname__.split(".")
        if "<locals>" in path:
            path = next(
                ([key] for key, value in vars(real).items() if value is program)
                if real
                else iter(()),
                [],
            )
        if path:
            return lambda: functools.reduce(getattr, path, world.module(name))  # type: ignore[return-value]
        if isinstance(program, type):
            raise Unloadable(f"{program!r} is defined inside a function: move it to module level")
        return lambda: _Copier(world).function(program)


class _Copier:
    """Copies a local function into the world: its globals, and what its closure holds.

    Functions and classes of modules in scope and virtual modules are replaced by what the world has
    in their place. Anything else that a closure holds (a list, a lock made outside) is the real
    one, shared by all executions.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: dict[int, Any] = {}

    def value(self, value: Any) -> Any:
        if id(value) in self.done:
            return self.done[id(value)]
        cls = type(value)
        if issubclass(cls, types.ModuleType):
            name = value.__name__
            return self.world.module(name) if name in self.world.concerned else value
        if cls is types.FunctionType:
            if value.__module__ in self.world.sources:
                return self.function(value)
            return self._virtual(value)
        if issubclass(cls, (type, types.BuiltinFunctionType)):
            if value.__module__ in self.world.sources and issubclass(cls, type):
                if "<locals>" not in value.__qualname__:
                    return functools.reduce(
                        getattr, value.__qualname__.split("."), self.world.module(value.__module__)
                    )
                return value
            return self._virtual(value)
        return value

    def _virtual(self, value: Any) -> Any:
        name = getattr(value, "__module__", None)
        if name in self.world.virtual:
            found = getattr(self.world.module(name), value.__name__, None)
            return value if found is None else found
        return value

    def function(self, function: types.FunctionType) -> types.FunctionType:
        world = self.world
        source = world.sources[function.__module__]
        code = source.function(function.__code__) or function.__code__
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        own = tuple([types.CellType() for _ in code.co_freevars])
        copy = types.FunctionType(
            code,
            vars(world.module(function.__module__)),
            function.__name__,
            function.__defaults__,
            own,
        )
        copy.__kwdefaults__ = function.__kwdefaults__
        copy.__qualname__ = function.__qualname__
        self.done[id(function)] = copy
        for name, cell in zip(code.co_freevars, own, strict=True):
            if name in cells:
                with contextlib.suppress(ValueError):
                    cell.cell_contents = self.value(cells[name].cell_contents)
        return copy
