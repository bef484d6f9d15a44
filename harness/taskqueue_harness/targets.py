"""The program that a command line names: ``file.py:function`` or ``package.module:function``."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
import types
from pathlib import Path

from taskqueue_harness.files import is_library, module_of
from taskqueue_harness.world.program import Program


class BadTarget(Exception):
    """What was named cannot be run, and what to do about it."""


def load_target(target: str) -> Program:
    """The function that `target` names, its module imported. Raises `BadTarget`."""
    where, colon, name = target.rpartition(":")
    if not colon or not where or not name:
        raise BadTarget(f"{target!r} names no function: write file.py:function")
    module = _file(where) if where.endswith(".py") or os.sep in where else _module(where)
    try:
        program = functools.reduce(getattr, name.split("."), module)
    except AttributeError:
        known = [key for key, value in vars(module).items() if _is_program(value, module)]
        there = f"; it has {', '.join(known)}" if known else " and no function without arguments"
        raise BadTarget(f"{where} has no {name!r}{there}") from None
    if not isinstance(program, (types.FunctionType, types.MethodType)):
        raise BadTarget(f"{target} is {type(program).__name__}, not a function")
    needed = _required(program)
    if needed:
        raise BadTarget(
            f"{target} needs arguments ({', '.join(needed)}): a program has none; write a function "
            "that calls it with what it needs"
        )
    if inspect.iscoroutinefunction(program) or inspect.isgeneratorfunction(program):
        raise BadTarget(f"{target} is a coroutine or a generator: write a plain function")
    return program


def _is_program(value: object, module: types.ModuleType) -> bool:
    return (
        isinstance(value, types.FunctionType)
        and value.__module__ == module.__name__
        and not value.__name__.startswith("_")
        and not inspect.signature(value).parameters
        and not inspect.iscoroutinefunction(value)
    )


def _required(function: types.FunctionType | types.MethodType) -> list[str]:
    return [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def _file(where: str) -> types.ModuleType:
    path = Path(where).resolve()
    if not path.is_file():
        raise BadTarget(f"there is no file {where}")
    root, name = module_of(str(path))
    if root not in sys.path:
        sys.path.insert(0, root)
    known = sys.modules.get(name)
    if known is not None and Path(getattr(known, "__file__", None) or "").resolve() != path:
        raise BadTarget(f"{where} has the name of the module {name!r}: rename the file")
    if "." in name:
        return _module(name)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        del sys.modules[name]
        raise BadTarget(_import_failure(where, error)) from error
    return module


def _module(name: str) -> types.ModuleType:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BadTarget(_import_failure(name, error)) from error


def _import_failure(where: str, error: BaseException) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not is_library(frame.filename)
    ]
    at = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{where} cannot be imported: {type(error).__name__}: {error}{at}"
