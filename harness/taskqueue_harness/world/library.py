"""Modules of the standard library that are built on threads, over the virtual ones."""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import itertools
import os
import sys
import types
import weakref
from typing import TYPE_CHECKING, Any

from taskqueue_harness.world import callbacks, eventloop, locks, queues

if TYPE_CHECKING:
    from taskqueue_harness.world.loader import World

LAZY = (
    "_threading_local",
    "logging",
    "logging.handlers",
    "logging.config",
    "concurrent.futures",
    "concurrent.futures._base",
    "concurrent.futures.thread",
    "multiprocessing.util",
    "multiprocessing.pool",
    "multiprocessing.dummy",
    "multiprocessing.dummy.connection",
    "random",
    "sched",
    "selectors",
    *eventloop.MODULES,
)
"""Made when first imported; but for `eventloop` from their own source, over virtual threads."""


def os_module() -> types.ModuleType:
    """An ``os`` that does not fork, so that nobody registers for a fork of the real process."""
    module = types.ModuleType("os")
    forks = ("fork", "register_at_fork")
    vars(module).update({name: value for name, value in vars(os).items() if name not in forks})
    return module


def atexit_module(world: World) -> types.ModuleType:
    """An ``atexit`` for the end of an execution: after the program and its non-daemon threads."""
    module = types.ModuleType("atexit", atexit.__doc__)
    kernel = world.kernel

    def register(function: Any, *args: Any, **kwargs: Any) -> Any:
        # What the library's own modules register when they are set up is not for an execution.
        if kernel.active:
            kernel.at_end.append(Call(function, args, kwargs))
        return function

    def unregister(function: Any) -> None:
        kernel.at_end[:] = [
            one for one in kernel.at_end if not (type(one) is Call and one.function == function)
        ]

    vars(module).update(register=register, unregister=unregister)
    return module


class Call:
    """A function and its arguments, for later."""

    def __init__(self, function: Any, args: Any, kwargs: Any) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs

    def __call__(self) -> object:
        return self.function(*self.args, **self.kwargs)


def queue_module(world: World) -> types.ModuleType:
    """The library's ``queue``, its Queue and LifoQueue with fast paths."""
    import _queue

    module = types.ModuleType("queue")
    world.execute_library("queue", module)
    names = vars(module)
    library = names["Queue"]
    shared = {
        "_virtual_kernel": world.kernel,
        "_virtual_library": library,
        "_virtual_threading": names["threading"],
        "_virtual_empty_error": _queue.Empty,
        "_virtual_full_error": names["Full"],
        "_virtual_shut_error": names.get("ShutDown"),
        "__module__": "queue",
        "__doc__": library.__doc__,
    }
    if hasattr(library, "shutdown"):
        shared["shutdown"] = queues.QueueModel._virtual_shutdown
        shared["is_shutdown"] = queues.QueueModel._virtual_is_shutdown
    hooks = {name: getattr(library, name) for name in ("_init", "_qsize", "_put", "_get")}
    queue = type("Queue", (queues.QueueModel, library), {**shared, "_virtual_model_hooks": hooks})
    lifo_library = names["LifoQueue"]
    own = {name: vars(lifo_library)[name] for name in hooks}
    lifo = type(
        "LifoQueue", (queue,), {**shared, **own, "_virtual_lifo": True, "_virtual_model_hooks": own}
    )
    priority_library = names["PriorityQueue"]
    own = {name: vars(priority_library)[name] for name in hooks}
    priority = type("PriorityQueue", (queue,), {**shared, **own})
    names.update(Queue=queue, LifoQueue=lifo, PriorityQueue=priority)
    names["SimpleQueue"] = type(
        "SimpleQueue",
        (queues.SimpleQueue,),
        {
            "_virtual_kernel": world.kernel,
            "_virtual_empty_error": _queue.Empty,
            "__module__": "_queue",
            "__slots__": (),
        },
    )
    return module


def importlib_module(world: World) -> types.ModuleType:
    """An ``importlib`` whose ``import_module`` is the world's."""
    module = types.ModuleType("importlib", importlib.__doc__)
    vars(module).update(vars(importlib))

    def import_module(name: str, package: str | None = None) -> Any:
        if name.startswith("."):
            name = importlib.util.resolve_name(name, package)
        world.import_(name, sys._getframe(1).f_globals)
        return world.module(name)

    vars(module)["import_module"] = import_module
    return module


def load(world: World, name: str) -> types.ModuleType:
    """Make one of `LAZY`."""
    if name in eventloop.MODULES:
        world.virtual.update(eventloop.modules(world.kernel))
        return world.virtual[name]
    module = types.ModuleType(name)
    world.execute_library(name, module)
    adapt = _ADAPT.get(name)
    if adapt is not None:
        with world.kernel.paused():
            adapt(world, module)
    callbacks.watch_callbacks(name, module)
    if name != "logging":
        world.resets.append(State(module).restore)
    return module


class State:
    """The module-level state of a library module: its names, containers and locks."""

    def __init__(self, module: types.ModuleType) -> None:
        self._names = vars(module)
        self._saved = dict(self._names)
        self._containers = [
            (value, value.copy())
            for name, value in self._saved.items()
            if not name.startswith("__")
            and isinstance(value, (dict, list, set, weakref.WeakKeyDictionary))
        ]
        self._locks = [
            value for value in self._saved.values() if isinstance(value, (locks.Lock, locks.RLock))
        ]

    def restore(self) -> None:
        """Make it as it was when the module had just been executed."""
        self._names.clear()
        self._names.update(self._saved)
        for container, saved in self._containers:
            if len(container) or len(saved):
                container.clear()
                if isinstance(container, list):
                    container.extend(saved)
                else:
                    container.update(saved)
        for lock in self._locks:
            lock._at_fork_reinit()


def _futures(world: World, module: types.ModuleType) -> None:
    """Futures are told apart by the order of their creation, not by where they are in memory.

    ``wait`` and ``as_completed`` keep them in sets, and take their locks in the order of their ids.
    """
    names: Any = vars(module)
    future = names["Future"]
    original = future.__init__
    numbers = itertools.count(1)

    def __init__(self: Any) -> None:  # noqa: N807
        nonlocal numbers
        self._virtual_number = next(numbers)
        original(self)

    def reset() -> None:
        nonlocal numbers
        numbers = itertools.count(1)

    future.__init__ = __init__
    future.__hash__ = lambda self: self._virtual_number
    names["id"] = lambda value: value._virtual_number if isinstance(value, future) else id(value)
    world.resets.append(reset)


def _pool(world: World, module: types.ModuleType) -> None:
    """ThreadPool tells its managing thread of ended workers by a pipe: here by a virtual queue."""
    names: Any = vars(module)
    simple_queue = vars(world.module("queue"))["SimpleQueue"]
    empty_error = vars(world.module("queue"))["Empty"]
    real_context = names["get_context"]

    class Notifier(simple_queue):  # type: ignore[misc, valid-type]
        _reader = None

        def close(self) -> None:
            pass

    class Context:
        SimpleQueue = staticmethod(Notifier)

        def __getattr__(self, name: str) -> Any:
            return getattr(real_context(), name)

    def wait_for_updates(sentinels: Any, notifier: Any, timeout: float | None = None) -> None:
        try:
            notifier.get(timeout=timeout)
            while True:
                notifier.get(block=False)
        except empty_error:
            pass

    names["get_context"] = Context
    names["Pool"]._wait_for_updates = staticmethod(wait_for_updates)


def _dummy(world: World, module: types.ModuleType) -> None:
    """A manager of threads is the module itself, as this world has it."""
    vars(module)["Manager"] = lambda: module


def _logging(world: World, module: types.ModuleType) -> None:
    """Log records go to the capture; every execution begins with an unconfigured logging."""
    names: Any = vars(module)
    root, manager = names["root"], names["Logger"].manager

    handler: Any = names["Handler"]

    class Keep(handler):  # type: ignore[misc]
        def emit(self, record: Any) -> None:
            records = world.capture.records
            if len(records) < 1000:
                records.append(f"{record.levelname} {record.name}: {record.getMessage()}")

        def createLock(self) -> None:  # noqa: N802
            self.lock = Quiet(world)

    keep = Keep()
    names["lastResort"] = keep
    names["_lock"] = Quiet(world)

    known: dict[str, Any] = {}

    def reset() -> None:
        # Loggers stay, since modules hold on to them, but as if new.
        known.update(manager.loggerDict)
        for logger in known.values():
            if isinstance(logger, names["Logger"]):
                logger.level = names["NOTSET"]
                logger.handlers[:] = []
                logger.filters[:] = []
                logger.propagate = True
                logger.disabled = False
        manager.disable = 0
        manager._clear_cache()
        root.handlers[:] = []
        root.filters[:] = []
        root.level = names["WARNING"]  # setLevel would clear the caches once more
        root.disabled = False
        names["_handlers"].clear()
        names["_handlerList"][:] = []

    reset()
    world.resets.append(reset)


class Quiet:
    """A lock under which no thread ever stops, so that nobody can find it taken."""

    def __init__(self, world: World) -> None:
        self._world = world

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *exc_info: object) -> None:
        pass


def _random(world: World, module: types.ModuleType) -> None:
    """Every generator that nobody seeds begins with the same seed in every execution."""
    names: Any = vars(module)
    seed_of_library = names["Random"].seed

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        seed_of_library(self, 0 if a is None else a, version)

    names["Random"].seed = seed
    shared = names["_inst"]
    # `random.seed` was bound before.
    names["seed"] = shared.seed

    def reset() -> None:
        shared.seed(0)

    reset()
    world.resets.append(reset)
    world._not_modelled.add("random numbers, of which one sequence was used")


_ADAPT = {
    "random": _random,
    "logging": _logging,
    "multiprocessing.dummy": _dummy,
    "multiprocessing.pool": _pool,
    "concurrent.futures._base": _futures,
}
