"""The virtual ``_thread``."""

from __future__ import annotations

import _thread as real
import traceback
import types
from typing import TYPE_CHECKING, Any

from taskqueue_harness.ending import Teardown
from taskqueue_harness.world import callbacks
from taskqueue_harness.world.locks import TIMEOUT_MAX
from taskqueue_harness.world.thread import Handle

if TYPE_CHECKING:
    from taskqueue_harness.world.threads import ThreadWorld

__all__ = ["thread_module"]


def thread_module(world: ThreadWorld) -> types.ModuleType:
    """The module ``_thread`` of a world."""
    kernel = world.kernel
    module = types.ModuleType("_thread", real.__doc__)

    def start_new_thread(function: Any, args: Any, kwargs: Any = None, /) -> int:
        if not callable(function):
            raise TypeError("first arg must be callable")
        if not isinstance(args, tuple):
            raise TypeError("2nd arg must be a tuple")
        if kwargs is not None and not isinstance(kwargs, dict):
            raise TypeError("optional 3rd arg must be a dictionary")
        subject = object()
        world.start_operation(subject)
        fiber = kernel.spawn(_raw(world, function), args, kwargs or {}, daemon=True, wait=False)
        fiber.subject = subject
        return fiber.ident

    def start_joinable_thread(function: Any, handle: Any = None, daemon: bool = True) -> Handle:
        if not callable(function):
            raise TypeError("thread function must be callable")
        if handle is None:
            handle = Handle(kernel)
        elif not isinstance(handle, Handle):
            raise TypeError("'handle' must be a _ThreadHandle")
        if handle._virtual_fiber is not None:
            raise RuntimeError("thread already started")
        world.start_operation(handle)
        fiber = kernel.spawn(_raw(world, function), (), {}, daemon=daemon, wait=not daemon)
        fiber.subject = handle
        handle._virtual_fiber = fiber
        handle.ident = fiber.ident
        found: Handle = handle
        return found

    def exit_thread() -> None:
        raise SystemExit

    def count() -> int:
        world.list_operation()
        return sum(1 for fiber in kernel.live if fiber.tid)

    def get_ident() -> int:
        """Identify the current thread; derived from its spawn path."""
        return kernel.current.ident

    size = 0

    def stack_size(new: int = 0, /) -> int:
        nonlocal size
        if new < 0:
            raise ValueError("size must be 0 or a positive value")
        if new and new < 32768:
            raise ValueError(f"size not valid: {new} bytes")
        old, size = size, new
        return old

    vars(module).update(
        allocate_lock=world.Lock,
        allocate=world.Lock,
        LockType=world.Lock,
        lock=world.Lock,
        RLock=world.RLock,
        _local=world.local,
        error=RuntimeError,
        TIMEOUT_MAX=TIMEOUT_MAX,
        start_new_thread=start_new_thread,
        start_new=start_new_thread,
        start_joinable_thread=start_joinable_thread,
        exit=exit_thread,
        exit_thread=exit_thread,
        get_ident=get_ident,
        get_native_id=get_ident,
        interrupt_main=world.handlers.interrupt_main,
        stack_size=stack_size,
        _count=count,
        _set_sentinel=world.Lock,
        _ThreadHandle=lambda: Handle(kernel),
        _make_thread_handle=lambda ident: Handle(kernel, ident),
        _get_main_thread_ident=lambda: 1,
        _is_main_interpreter=lambda: True,
        _shutdown=lambda: None,
        daemon_threads_allowed=lambda: True,
        _excepthook=world.excepthook,
        _ExceptHookArgs=real._ExceptHookArgs,
    )
    for value in list(vars(module).values()):
        if isinstance(value, types.FunctionType | types.MethodType):
            getattr(value, "__func__", value).__module__ = "_thread"
    for name in ("get_ident", "get_native_id", "stack_size", "_count", "exit", "exit_thread"):
        # Like one of C it must be no method of a class that has it as an attribute.
        vars(module)[name] = staticmethod(vars(module)[name])
    for name in list(vars(module)):
        if not hasattr(real, name) and not name.startswith("__"):
            delattr(module, name)
    return module


def _raw(world: ThreadWorld, function: Any) -> Any:
    """What a thread without a class runs: errors are printed, and make the execution a failure."""

    watched = callbacks.watched(function)

    def call(*args: Any, **kwargs: Any) -> None:
        try:
            watched(*args, **kwargs)
        except (Teardown, SystemExit):
            raise
        except BaseException as error:
            print(f"Exception ignored in thread started by: {function!r}", file=world.stderr())
            traceback.print_exception(error, file=world.stderr())
            world.kernel.escaped(error)

    return call
