"""Virtual ``_thread`` and ``threading``.

``threading`` is the interpreter's own source, run over a virtual ``_thread``; then its hot parts,
threads and locks, are replaced by models whose calls are single operations. What is left of the
source (Barrier, Timer, names, deprecated spellings, messages) needs no model.
"""

from __future__ import annotations

import itertools
import traceback
import types
from collections.abc import Callable
from typing import Any

from taskqueue_harness import operations as ops
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.world import locks, signals
from taskqueue_harness.world.handlers import Handlers
from taskqueue_harness.world.local import Local
from taskqueue_harness.world.low_level import thread_module
from taskqueue_harness.world.thread import Handle, Started, put_into

__all__ = ["ThreadWorld"]


def _final(cls: type, /, **kwargs: Any) -> None:
    raise TypeError("type '_thread.lock' is not an acceptable base type")


class ThreadWorld:
    """The virtual ``_thread`` and ``threading`` of one world.

    Attributes:
        low: the module ``_thread``.
        high: the module ``threading``, and `names` what is in it.
        numbers: of the threads of an execution.
        active: its threads that have begun and not ended, by ident.
        dangling: all of them that somebody still has.
        has_handles: whether this interpreter's threads have a ``_ThreadHandle`` (3.13).
        starter: the name of the function that ``Thread.start`` calls, `usual_starter` the function.
        make_excepthook: makes what ``Thread`` calls with an exception that leaves ``run``.
    """

    def __init__(
        self,
        kernel: Kernel,
        execute: Callable[[str, types.ModuleType], None],
        stderr: Callable[[], Any],
    ) -> None:
        self.kernel = kernel
        self.stderr = stderr

        def bind(model: type, name: str, module: str, **more: Any) -> Any:
            bound: Any = type(
                name,
                (model,),
                {"_virtual_kernel": kernel, "__module__": module, "__qualname__": name, **more}
                | ({"__slots__": ()} if "__slots__" in vars(model) else {}),
            )
            return bound

        self.Lock = bind(locks.Lock, "lock", "_thread")
        self.Lock.__init_subclass__ = classmethod(_final)
        self.RLock = bind(locks.RLock, "RLock", "_thread")
        self.Condition = bind(
            locks.Condition,
            "Condition",
            "threading",
            _virtual_lock_types=(locks.Lock, locks.RLock),
            _virtual_rlock=self.RLock,
        )
        self.Event = bind(signals.Event, "Event", "threading")
        self.Semaphore = bind(signals.Semaphore, "Semaphore", "threading")
        # Derived from this world's Semaphore, as the library's is from its own.
        self.BoundedSemaphore = type(
            "BoundedSemaphore",
            (signals.BoundedSemaphore, self.Semaphore),
            {"_virtual_kernel": kernel, "__module__": "threading"},
        )
        self.numbers = itertools.count(1)
        self.handlers = Handlers(kernel)
        self.local = bind(Local, "_local", "_thread")
        self.low = thread_module(self)
        self.high = types.ModuleType("threading")
        self.names = vars(self.high)
        self._execute = execute
        # What modules of the library register when they are set up holds for every execution.
        self._at_exit: list[Callable[[], object]] = []

    def load(self) -> None:
        """Run the source of ``threading``; the world must be able to import by now."""
        self._execute("threading", self.high)
        names = self.names
        self.active: dict[Any, Any] = names["_active"]
        self.dangling = names["_dangling"]
        self.has_handles = "_ThreadHandle" in names
        self.starter = "_start_joinable_thread" if self.has_handles else "_start_new_thread"
        self.usual_starter = names[self.starter]
        self.make_excepthook = names["_make_invoke_excepthook"]
        self._main_class = names["_MainThread"]
        self._main_content = {
            **vars(names["_main_thread"]),
            "_name": "MainThread",
            "_daemonic": False,
            "_ident": 1,
            "_native_id": 1,
            "_initialized": True,
        }
        self._replace_primitives()
        put_into(self, names["Thread"], names["_DummyThread"])
        self._replace_functions()
        self._snapshot = dict(names)

    def _replace_primitives(self) -> None:
        names = self.names
        self.Condition._virtual_library = names["Condition"]
        for name in ("Condition", "Event", "Semaphore", "BoundedSemaphore", "RLock"):
            model = getattr(self, name)
            model.__doc__ = names[name].__doc__
            names[name] = model
        names["Lock"] = self.Lock
        barrier = names["Barrier"]
        for name in ("broken", "n_waiting"):
            setattr(barrier, name, _looked_at(vars(barrier)[name]))

    def _replace_functions(self) -> None:
        kernel, names, active = self.kernel, self.names, self.active

        def current_thread() -> Any:
            thread = kernel.current.thread
            return names["_DummyThread"]() if thread is None else thread

        def enumerate_threads() -> list[Any]:
            """Return a list of all Thread objects currently alive."""
            self.list_operation()
            return [active[ident] for ident in sorted(active)]

        def active_count() -> int:
            """Return the number of Thread objects currently alive."""
            self.list_operation()
            return len(active)

        def register_atexit(function: Any, *args: Any, **kwargs: Any) -> None:
            def call() -> object:
                return function(*args, **kwargs)

            (kernel.at_exit if kernel.active else self._at_exit).append(call)

        for public in (current_thread, enumerate_threads, active_count):
            public.__module__ = "threading"
        names["current_thread"] = current_thread
        names["enumerate"] = enumerate_threads
        names["active_count"] = active_count
        names["_register_atexit"] = register_atexit

    # -- what threads do

    def start_operation(self, subject: Any) -> None:
        """A thread is about to be started, which may fail."""
        kernel = self.kernel
        fiber = kernel.current
        fiber.op = ops.START
        fiber.obj = subject
        fiber.guard = True
        kernel.point()
        if kernel.faults_left and kernel.bounds.failed_starts and kernel.draw(2):
            raise RuntimeError("can't start new thread")

    def list_operation(self) -> None:
        """Somebody looks at which threads there are."""
        kernel = self.kernel
        fiber = kernel.current
        fiber.op = ops.LIST
        fiber.obj = self
        fiber.guard = True
        kernel.point()

    def excepthook(self, args: Any, /) -> None:
        """The default ``threading.excepthook``: prints, and makes the execution a failure."""
        if args.exc_type is SystemExit:
            return
        stderr = self.stderr()
        name = args.thread.name if args.thread is not None else self.kernel.current.ident
        print(f"Exception in thread {name}:", file=stderr)
        traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=stderr)
        if args.exc_value is not None:
            self.kernel.escaped(args.exc_value)

    # -- an execution

    def reset(self) -> None:
        """Begin an execution: no threads but the main one, counters at their start."""
        names = self.names
        names.clear()
        names.update(self._snapshot)
        names["_counter"] = itertools.count(1).__next__
        self.numbers = itertools.count(1)
        self.active.clear()
        self.handlers.reset()
        self.kernel.at_exit.extend(self._at_exit)
        main = self._new_main()
        self.active[1] = main
        self.dangling.clear()
        self.dangling.add(main)
        names["_main_thread"] = main
        fiber = self.kernel.main
        fiber.thread = fiber.subject = main
        main._virtual_fiber = fiber

    def _new_main(self) -> Any:
        thread = object.__new__(self._main_class)
        content = vars(thread)
        content.update(self._main_content)
        content["_started"] = started = Started()
        started.set()
        if self.has_handles:
            content["_handle"] = Handle(self.kernel, 1)
        return thread


def _looked_at(attribute: property) -> property:
    """An attribute that is read without the lock under which the library changes it."""

    def read(self: Any) -> Any:
        self._cond._lock.locked()
        return attribute.__get__(self)

    return property(read, doc=attribute.__doc__)
