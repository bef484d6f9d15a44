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
from taskqueue_harness.fiber import Fiber
from taskqueue_harness.kernel import Kernel, Teardown
from taskqueue_harness.world import locks, signals
from taskqueue_harness.world.handlers import Handlers
from taskqueue_harness.world.local import Local


class Started:
    """``Thread._started``, an event that only the thread itself ever waited for."""

    __slots__ = ("_flag",)

    def __init__(self) -> None:
        self._flag = False

    def is_set(self) -> bool:
        return self._flag

    def set(self) -> None:
        self._flag = True

    def clear(self) -> None:
        self._flag = False

    def wait(self, timeout: float | None = None) -> bool:
        return self._flag


class Handle:
    """``_thread._ThreadHandle`` (3.13): what can be waited for and joined."""

    def __init__(self, kernel: Kernel, ident: int = 0) -> None:
        self._kernel = kernel
        self._fiber: Fiber | None = None
        self._done = False
        self.ident = ident

    def is_done(self) -> bool:
        return self._done or (self._fiber is not None and bool(self._fiber.done))

    def _set_done(self) -> None:
        if self._fiber is None:
            raise RuntimeError("thread not started")
        self._done = True

    def join(self, timeout: float | None = None) -> None:
        if self._done:
            return
        if self._fiber is None:
            raise RuntimeError("thread not started")
        kernel = self._kernel
        if kernel.current is self._fiber:
            raise RuntimeError("Cannot join current thread")
        join(kernel, self, self._fiber, None if timeout is None or timeout < 0 else timeout)


def join(kernel: Kernel, subject: Any, fiber: Fiber, timeout: float | None) -> None:
    """Wait for the end of a fiber, for at most `timeout` seconds."""
    running = kernel.current
    running.op = ops.JOIN
    running.obj = subject
    running.guard = fiber.done
    if timeout is not None:
        running.deadline = kernel.time() + timeout
    kernel.point()
    running.expired = False
    if fiber.done:
        running.edge = fiber.done[0]
        if not fiber.joined:
            fiber.joined = True
            kernel.loose -= 1


def _final(cls: type, /, **kwargs: Any) -> None:
    raise TypeError("type '_thread.lock' is not an acceptable base type")


class ThreadWorld:
    """The virtual ``_thread`` and ``threading`` of one world."""

    def __init__(
        self,
        kernel: Kernel,
        execute: Callable[[str, types.ModuleType], None],
        stderr: Callable[[], Any],
    ) -> None:
        self.kernel = kernel
        self._stderr = stderr

        def bind(model: type, name: str, module: str, **more: Any) -> Any:
            bound: Any = type(
                name,
                (model,),
                {"kernel": kernel, "__module__": module, "__qualname__": name, **more}
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
            lock_types=(locks.Lock, locks.RLock),
            rlock=self.RLock,
        )
        self.Event = bind(signals.Event, "Event", "threading")
        self.Semaphore = bind(signals.Semaphore, "Semaphore", "threading")
        # Derived from this world's Semaphore, as the library's is from its own.
        self.BoundedSemaphore = type(
            "BoundedSemaphore",
            (signals.BoundedSemaphore, self.Semaphore),
            {"kernel": kernel, "__module__": "threading"},
        )
        self.numbers = itertools.count(1)
        self.handlers = Handlers(kernel)
        self.local = bind(Local, "_local", "_thread")
        self.low = self._low_module()
        self.high = types.ModuleType("threading")
        self._execute = execute

    def load(self) -> None:
        """Run the source of ``threading``; the world must be able to import by now."""
        self._execute("threading", self.high)
        self._adapt()
        self._snapshot = dict(vars(self.high))

    # -- _thread

    def _low_module(self) -> types.ModuleType:
        import _thread as real

        kernel = self.kernel
        module = types.ModuleType("_thread", real.__doc__)

        def start_new_thread(function: Any, args: Any, kwargs: Any = None, /) -> int:
            if not callable(function):
                raise TypeError("first arg must be callable")
            if not isinstance(args, tuple):
                raise TypeError("2nd arg must be a tuple")
            if kwargs is not None and not isinstance(kwargs, dict):
                raise TypeError("optional 3rd arg must be a dictionary")
            subject = object()
            self._start_operation(subject)
            fiber = kernel.spawn(self._raw(function), args, kwargs or {}, daemon=True, wait=False)
            fiber.subject = subject
            return fiber.ident

        def start_joinable_thread(function: Any, handle: Any = None, daemon: bool = True) -> Handle:
            if not callable(function):
                raise TypeError("thread function must be callable")
            if handle is None:
                handle = Handle(kernel)
            elif not isinstance(handle, Handle):
                raise TypeError("'handle' must be a _ThreadHandle")
            if handle._fiber is not None:
                raise RuntimeError("thread already started")
            self._start_operation(handle)
            fiber = kernel.spawn(self._raw(function), (), {}, daemon=daemon, wait=not daemon)
            fiber.subject = handle
            handle._fiber = fiber
            handle.ident = fiber.ident
            found: Handle = handle
            return found

        def exit_thread() -> None:
            raise SystemExit

        def count() -> int:
            self._list_operation()
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
            allocate_lock=self.Lock,
            allocate=self.Lock,
            LockType=self.Lock,
            lock=self.Lock,
            RLock=self.RLock,
            _local=self.local,
            error=RuntimeError,
            TIMEOUT_MAX=locks.TIMEOUT_MAX,
            start_new_thread=start_new_thread,
            start_new=start_new_thread,
            start_joinable_thread=start_joinable_thread,
            exit=exit_thread,
            exit_thread=exit_thread,
            get_ident=get_ident,
            get_native_id=get_ident,
            interrupt_main=self.handlers.interrupt_main,
            stack_size=stack_size,
            _count=count,
            _set_sentinel=self.Lock,
            _ThreadHandle=lambda: Handle(kernel),
            _make_thread_handle=lambda ident: Handle(kernel, ident),
            _get_main_thread_ident=lambda: 1,
            _is_main_interpreter=lambda: True,
            _shutdown=lambda: None,
            daemon_threads_allowed=lambda: True,
            _excepthook=self._excepthook,
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

    def _start_operation(self, subject: Any) -> None:
        kernel = self.kernel
        fiber = kernel.current
        fiber.op = ops.START
        fiber.obj = subject
        fiber.guard = True
        kernel.point()
        if kernel.faults_left and kernel.bounds.failed_starts and kernel.draw(2):
            raise RuntimeError("can't start new thread")

    def _list_operation(self) -> None:
        kernel = self.kernel
        fiber = kernel.current
        fiber.op = ops.LIST
        fiber.obj = self
        fiber.guard = True
        kernel.point()

    def _raw(self, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except (Teardown, SystemExit):
                raise
            except BaseException as error:
                print(f"Exception ignored in thread started by: {function!r}", file=self._stderr())
                traceback.print_exception(error, file=self._stderr())
                self.kernel.escaped(error)

        return call

    def _excepthook(self, args: Any, /) -> None:
        """The default ``threading.excepthook``: prints, and makes the execution a failure."""
        if args.exc_type is SystemExit:
            return
        stderr = self._stderr()
        name = args.thread.name if args.thread is not None else self.kernel.current.ident
        print(f"Exception in thread {name}:", file=stderr)
        traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=stderr)
        if args.exc_value is not None:
            self.kernel.escaped(args.exc_value)

    # -- threading

    def _adapt(self) -> None:
        kernel = self.kernel
        module = self.high
        names = vars(module)
        self.Condition.library = names["Condition"]
        thread_class = names["Thread"]
        for name in ("Condition", "Event", "Semaphore", "BoundedSemaphore", "RLock"):
            model = getattr(self, name)
            model.__doc__ = names[name].__doc__
            names[name] = model
        names["Lock"] = self.Lock
        active: dict[int, Any] = names["_active"]
        self._active = active
        self._dangling = dangling = names["_dangling"]
        tracks_handle = "_ThreadHandle" in names
        make_invoke = names["_make_invoke_excepthook"]

        def __init__(  # noqa: N807
            self: Any,
            group: None = None,
            target: Any = None,
            name: Any = None,
            args: Any = (),
            kwargs: Any = None,
            *,
            daemon: Any = None,
        ) -> None:
            assert group is None, "group argument must be None for now"
            if name:
                name = str(name)
            else:
                name = f"Thread-{names['_counter']()}"
                called = getattr(target, "__name__", None)
                if called is not None:
                    name += f" ({called})"
            self._target = target
            self._name = name
            self._args = args
            self._kwargs = {} if kwargs is None else kwargs
            if daemon is None:
                thread = kernel.current.thread
                daemon = thread._daemonic if thread is not None else kernel.current.daemon
            self._daemonic = daemon
            self._ident = None
            self._native_id = None
            self._started = Started()
            self._initialized = True
            self._is_stopped = False
            self._fiber = None
            self._number = next(self_world.numbers)
            dangling.add(self)
            if tracks_handle:
                self._handle = Handle(kernel)
            else:
                self._tstate_lock = None

        def start(self: Any) -> None:
            if not self._initialized:
                raise RuntimeError("thread.__init__() not called")
            if self._started._flag:
                raise RuntimeError("threads can only be started once")
            start_operation(self)
            if self._started._flag:
                raise RuntimeError("threads can only be started once")
            daemon = self._daemonic
            if names[starter] is not original:
                # Somebody has put a function of their own in its place, to see it called or fail.
                names[starter](self._bootstrap, ())
            fiber = kernel.spawn(self._bootstrap, (), {}, daemon=daemon, wait=not daemon)
            fiber.subject = fiber.thread = self
            self._fiber = fiber
            self._ident = self._native_id = fiber.ident
            self._started._flag = True
            active[fiber.ident] = self

        def _bootstrap(self: Any) -> None:
            try:
                self.run()
            except Teardown:
                raise
            except BaseException:
                make_invoke()(self)

        def _virtual_exit(self: Any) -> None:
            active.pop(self._ident, None)
            self._is_stopped = True
            if tracks_handle:
                self._handle._done = True

        def thread_join(self: Any, timeout: float | None = None) -> None:
            if not self._initialized:
                raise RuntimeError("Thread.__init__() not called")
            if not self._started._flag and not is_started(self):
                raise RuntimeError("cannot join thread before it is started")
            if self._fiber is kernel.current:
                raise RuntimeError("cannot join current thread")
            join(kernel, self, self._fiber, None if timeout is None else max(timeout, 0))

        def is_started(self: Any) -> bool:
            fiber = kernel.current
            fiber.op = ops.IS_ALIVE
            fiber.obj = self
            fiber.guard = True
            kernel.point()
            return bool(self._started._flag)

        def is_alive(self: Any) -> bool:
            assert self._initialized, "Thread.__init__() not called"
            return is_started(self) and not (self._fiber is not None and self._fiber.done)

        def ident(self: Any) -> int | None:
            fiber = kernel.current
            if self._fiber is not fiber:
                fiber.op = ops.IDENT
                fiber.obj = self
                fiber.guard = True
                kernel.point()
            found: int | None = self._ident
            return found

        def __repr__(self: Any) -> str:  # noqa: N807
            assert self._initialized, "Thread.__init__() was not called"
            status = "started" if self._started._flag else "initial"
            if self._fiber is not None and self._fiber.done:
                status = "stopped"
            if self._daemonic:
                status += " daemon"
            if self._ident is not None:
                status += f" {self._ident}"
            return f"<{type(self).__name__}({self._name}, {status})>"

        def __hash__(self: Any) -> int:  # noqa: N807
            # Not the address: executors keep threads in sets, and join them in that order.
            return self._number  # type: ignore[no-any-return]

        def current_thread() -> Any:
            thread = kernel.current.thread
            return names["_DummyThread"]() if thread is None else thread

        def dummy_init(self: Any) -> None:
            fiber = kernel.current
            __init__(self, name=f"Dummy-{names['_counter']()}", daemon=True)
            self._started._flag = True
            self._fiber = fiber
            self._ident = self._native_id = fiber.ident
            if tracks_handle:
                self._handle._fiber = fiber
            fiber.thread = self
            active[fiber.ident] = self

        def dummy_is_alive(self: Any) -> bool:
            if self._fiber.done:
                raise RuntimeError("thread is not alive")
            return True

        def virtual_name(self: Any) -> str:
            return f"Thread {self._name}"

        def looked_at(attribute: property) -> property:
            """An attribute that is read without the lock under which the library changes it."""

            def read(self: Any) -> Any:
                self._cond._lock.locked()
                return attribute.__get__(self)

            return property(read, doc=attribute.__doc__)

        barrier = names["Barrier"]
        for name in ("broken", "n_waiting"):
            setattr(barrier, name, looked_at(vars(barrier)[name]))

        self_world = self
        start_operation, list_operation = self._start_operation, self._list_operation
        starter = "_start_joinable_thread" if tracks_handle else "_start_new_thread"
        original = names[starter]
        for function in (
            __init__,
            start,
            _bootstrap,
            _virtual_exit,
            is_alive,
            __repr__,
            __hash__,
        ):
            function.__qualname__ = f"Thread.{function.__name__}"
            setattr(thread_class, function.__name__, function)
        thread_class.join = thread_join
        for name in ("ident", "native_id"):
            setattr(thread_class, name, property(ident, doc=vars(thread_class)[name].__doc__))
        thread_class._fiber = None
        thread_class._number = 0
        thread_class._virtual_name = virtual_name
        names["_DummyThread"].__init__ = dummy_init
        names["_DummyThread"].is_alive = dummy_is_alive
        names["current_thread"] = current_thread

        def enumerate_threads() -> list[Any]:
            """Return a list of all Thread objects currently alive."""
            list_operation()
            return [active[ident] for ident in sorted(active)]

        def active_count() -> int:
            """Return the number of Thread objects currently alive."""
            list_operation()
            return len(active)

        for public in (enumerate_threads, active_count, current_thread):
            public.__module__ = "threading"
        names["enumerate"] = enumerate_threads
        names["active_count"] = active_count
        main_class = names["_MainThread"]
        main = names["_main_thread"]
        template = dict(vars(main))
        template.update(
            _name="MainThread", _daemonic=False, _ident=1, _native_id=1, _initialized=True
        )

        def new_main() -> Any:
            thread = object.__new__(main_class)
            content = vars(thread)
            content.update(template)
            content["_started"] = started = Started()
            started._flag = True
            if tracks_handle:
                content["_handle"] = Handle(kernel, 1)
            return thread

        self._new_main = new_main
        self.at_exit: list[Callable[[], object]] = []

        def register_atexit(function: Any, *args: Any, **kwargs: Any) -> None:
            def call() -> object:
                return function(*args, **kwargs)

            # What a module of the library registers when it is set up holds for every execution.
            (kernel.at_exit if kernel.active else self.at_exit).append(call)

        names["_register_atexit"] = register_atexit
        self.numbers = itertools.count(1)

    def reset(self) -> None:
        """Begin an execution: no threads but the main one, counters at their start."""
        names = vars(self.high)
        names.clear()
        names.update(self._snapshot)
        names["_counter"] = itertools.count(1).__next__
        self.numbers = itertools.count(1)
        self._active.clear()
        self.handlers.reset()
        self.kernel.at_exit.extend(self.at_exit)
        main = self._new_main()
        self._active[1] = main
        self._dangling.clear()
        self._dangling.add(main)
        names["_main_thread"] = main
        fiber = self.kernel.main
        fiber.thread = fiber.subject = main
        main._fiber = fiber
