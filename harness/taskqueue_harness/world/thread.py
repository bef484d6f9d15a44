"""The virtual ``threading.Thread``: what replaces methods of the library's own class.

They are put into that class (see `put_into`): what is derived from it, the main thread, dummies and
Timer among them, has them as well. Of which world a thread is, its class says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taskqueue_harness import operations as ops
from taskqueue_harness.ending import Teardown
from taskqueue_harness.fiber import Fiber
from taskqueue_harness.kernel import Kernel

if TYPE_CHECKING:
    from taskqueue_harness.world.threads import ThreadWorld

__all__ = ["DummyThread", "Handle", "Started", "Thread", "join", "put_into"]


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
        self._virtual_fiber: Fiber | None = None
        self._done = False
        self.ident = ident

    def is_done(self) -> bool:
        return self._done or (self._virtual_fiber is not None and bool(self._virtual_fiber.done))

    def _set_done(self) -> None:
        if self._virtual_fiber is None:
            raise RuntimeError("thread not started")
        self._done = True

    def join(self, timeout: float | None = None) -> None:
        if self._done:
            return
        if self._virtual_fiber is None:
            raise RuntimeError("thread not started")
        kernel = self._kernel
        if kernel.current is self._virtual_fiber:
            raise RuntimeError("Cannot join current thread")
        join(kernel, self, self._virtual_fiber, None if timeout is None or timeout < 0 else timeout)


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


class Thread:
    """Methods of ``threading.Thread``; there are no instances of this class itself.

    What the library's class has no attribute for is called ``_virtual_...``: programs derive
    classes from it, with attributes of their own.
    """

    _virtual_world: ThreadWorld
    run: Callable[[], object]
    """The library's own, or the program's."""
    _virtual_fiber: Fiber | None = None
    _virtual_number = 0
    """Counts the threads of an execution: they are sorted by it, where the library has no order."""

    def __init__(
        self,
        group: None = None,
        target: Any = None,
        name: Any = None,
        args: Any = (),
        kwargs: Any = None,
        *,
        daemon: Any = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        world = self._virtual_world
        kernel = world.kernel
        if name:
            name = str(name)
        else:
            name = f"Thread-{world.names['_counter']()}"
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
        self._ident: int | None = None
        self._native_id: int | None = None
        self._started = Started()
        self._initialized = True
        self._virtual_fiber = None
        self._virtual_number = next(world.numbers)
        world.dangling.add(self)
        if world.has_handles:
            self._handle = Handle(kernel)
        else:
            self._is_stopped = False
            self._tstate_lock = None

    def start(self) -> None:
        if not self._initialized:
            raise RuntimeError("thread.__init__() not called")
        if self._started._flag:
            raise RuntimeError("threads can only be started once")
        world = self._virtual_world
        world.start_operation(self)
        if self._started._flag:
            raise RuntimeError("threads can only be started once")
        daemon = self._daemonic
        if world.names[world.starter] is not world.usual_starter:
            # Somebody has put a function of their own in its place, to see it called or fail.
            world.names[world.starter](self._bootstrap, ())
        fiber = world.kernel.spawn(self._bootstrap, (), {}, daemon=daemon, wait=not daemon)
        fiber.subject = fiber.thread = self
        self._virtual_fiber = fiber
        self._ident = self._native_id = fiber.ident
        self._started._flag = True
        world.active[fiber.ident] = self

    def _bootstrap(self) -> None:
        try:
            self.run()
        except Teardown:
            raise
        except BaseException:
            self._virtual_world.make_excepthook()(self)

    def _virtual_exit(self) -> None:
        world = self._virtual_world
        world.active.pop(self._ident, None)
        if world.has_handles:
            self._handle._done = True
        else:
            self._is_stopped = True

    def join(self, timeout: float | None = None) -> None:
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        if not self._started._flag and not _is_started(self):
            raise RuntimeError("cannot join thread before it is started")
        kernel = self._virtual_world.kernel
        fiber = self._virtual_fiber
        if fiber is kernel.current:
            raise RuntimeError("cannot join current thread")
        assert fiber is not None
        join(kernel, self, fiber, None if timeout is None else max(timeout, 0))

    def is_alive(self) -> bool:
        assert self._initialized, "Thread.__init__() not called"
        return _is_started(self) and not (
            self._virtual_fiber is not None and self._virtual_fiber.done
        )

    def __repr__(self) -> str:
        assert self._initialized, "Thread.__init__() was not called"
        status = "started" if self._started._flag else "initial"
        if self._virtual_fiber is not None and self._virtual_fiber.done:
            status = "stopped"
        if self._daemonic:
            status += " daemon"
        if self._ident is not None:
            status += f" {self._ident}"
        return f"<{type(self).__name__}({self._name}, {status})>"

    def __hash__(self) -> int:
        # Not the address: executors keep threads in sets, and join them in that order.
        return self._virtual_number

    def _virtual_name(self) -> str:
        return f"Thread {self._name}"


def _is_started(thread: Thread) -> bool:
    kernel = thread._virtual_world.kernel
    fiber = kernel.current
    fiber.op = ops.IS_ALIVE
    fiber.obj = thread
    fiber.guard = True
    kernel.point()
    return thread._started._flag


def _identity(thread: Thread) -> int | None:
    """What ``ident`` and ``native_id`` read."""
    kernel = thread._virtual_world.kernel
    fiber = kernel.current
    if thread._virtual_fiber is not fiber:
        fiber.op = ops.IDENT
        fiber.obj = thread
        fiber.guard = True
        kernel.point()
    return thread._ident


class DummyThread(Thread):
    """Methods of ``threading._DummyThread``, which stands for a thread started without a class."""

    def __init__(self) -> None:
        world = self._virtual_world
        fiber = world.kernel.current
        Thread.__init__(self, name=f"Dummy-{world.names['_counter']()}", daemon=True)
        self._started._flag = True
        self._virtual_fiber = fiber
        self._ident = self._native_id = fiber.ident
        if world.has_handles:
            self._handle._virtual_fiber = fiber
        fiber.thread = self
        world.active[fiber.ident] = self

    def is_alive(self) -> bool:
        if self._virtual_fiber is None or self._virtual_fiber.done:
            raise RuntimeError("thread is not alive")
        return True


_OF_THREADS = (
    "__init__",
    "start",
    "_bootstrap",
    "_virtual_exit",
    "join",
    "is_alive",
    "__repr__",
    "__hash__",
    "_virtual_name",
    "_virtual_fiber",
    "_virtual_number",
)


def put_into(world: ThreadWorld, thread: Any, dummy: Any) -> None:
    """Replace methods of the library's ``Thread`` and ``_DummyThread``."""
    thread._virtual_world = world
    for name in _OF_THREADS:
        setattr(thread, name, vars(Thread)[name])
    for name in ("ident", "native_id"):
        setattr(thread, name, property(_identity, doc=vars(thread)[name].__doc__))
    for name in ("__init__", "is_alive"):
        setattr(dummy, name, vars(DummyThread)[name])
