"""Brings other interfaces under the suite: name an adapter with ``--impl`` instead of a class.

A queue whose methods have other names, or whose constructor wants other arguments::

    from taskqueue_conformance import PullAdapter
    from mine import Pipeline

    subject = PullAdapter(
        lambda producer, consumers: Pipeline(source=producer, sinks=consumers),
        put="enqueue", get="next_item", ok="healthy", run="start_and_wait",
    )

A pool or an executor, which hands a function one item at a time::

    from concurrent.futures import ThreadPoolExecutor
    from contextlib import contextmanager
    from taskqueue_conformance import HandlerAdapter

    @HandlerAdapter
    @contextmanager
    def subject(handle, workers):
        with ThreadPoolExecutor(workers) as pool:
            futures = []
            yield lambda item: futures.append(pool.submit(handle, item))
        for future in futures:
            future.result()

then ``pytest conformance --impl mymodule:subject``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

__all__ = ["HANDLER_NOT_APPLICABLE", "HandlerAdapter", "PullAdapter"]

Callback = Callable[[Any], object]

HANDLER_NOT_APPLICABLE = {
    "TQ-1.2": "a pool hands out items at the same time; their order is not observable",
    "TQ-1.4": "there is no get()",
    "TQ-1.5": "None is an item like any other where the end is no item",
    "TQ-1.8": "a handler cannot put",
    "TQ-1.10": "None is an item like any other where the end is no item",
    "TQ-1.11": "the call of the handler holds the item",
    "TQ-2.12": "there is no get()",
    "TQ-2.14": "the suite's consumers run in threads of their own, which are not the pool's",
    "TQ-3.4": "there is no ok() that could tell which failure came first",
    "TQ-3.6": "there is no ok()",
    "TQ-3.7": "there is no ok()",
    "TQ-2.13": "workers are counted, not listed",
    "TQ-2.15": "there is no run() to call twice",
    "TQ-2.16": "there is no ok()",
    "TQ-4.3": "workers are counted, not listed",
    "TQ-4.4": "the suite supplies the handler",
    "TQ-4.5": "workers are counted, not listed",
}
"""Clauses that say nothing of a handler, each with the reason."""


class PullAdapter:
    """A queue with put, get, ok and run under other names.

    Args:
        factory: called as ``factory(producer, consumers)``; makes a queue.
        put, get, ok, run: the name of its method, or a function of the queue (and the item).
    """

    def __init__(
        self,
        factory: Callable[[Callback, list[Callback]], Any],
        *,
        put: str | Callable[[Any, Any], object] = "put",
        get: str | Callable[[Any], Any] = "get",
        ok: str | Callable[[Any], bool] = "ok",
        run: str | Callable[[Any], object] = "run",
    ) -> None:
        self.func = factory  # under the name that functools.partial uses, for finding its source
        self._calls = {"put": put, "get": get, "ok": ok, "run": run}

    def __call__(self, producer: Callback, consumers: Iterable[Callback]) -> _Renamed:
        return _Renamed(self.func, self._calls, producer, consumers)


class _Renamed:
    """The four methods, passed on to a queue that calls them something else."""

    def __init__(
        self,
        factory: Callable[[Callback, list[Callback]], Any],
        calls: dict[str, Any],
        producer: Callback,
        consumers: Iterable[Callback],
    ) -> None:
        self._calls = calls

        def facing(callback: Callback) -> Callback:
            return lambda queue: callback(self)

        self._queue = factory(facing(producer), [facing(consumer) for consumer in consumers])

    def _call(self, name: str, *arguments: Any) -> Any:
        call = self._calls[name]
        if callable(call):
            return call(self._queue, *arguments)
        return getattr(self._queue, call)(*arguments)

    def put(self, item: Any) -> None:
        self._call("put", item)

    def get(self) -> Any:
        return self._call("get")

    def ok(self) -> bool:
        return bool(self._call("ok"))

    def run(self) -> Any:
        return self._call("run")


Submit = Callable[[Any], object]
Handle = Callable[[Any], None]


class HandlerAdapter:
    """A pool or an executor: it calls a function with one item at a time.

    Args:
        opening: called as ``opening(handle, workers)``; a context manager whose value submits an
            item.  On the way out it waits until every item has been handled, by calls of `handle`
            in up to `workers` threads at once, and raises what one of them raised.

    Clauses on get(), the end and ok() do not apply (see `HANDLER_NOT_APPLICABLE`).
    """

    not_applicable = HANDLER_NOT_APPLICABLE

    def __init__(self, opening: Callable[[Handle, int], AbstractContextManager[Submit]]) -> None:
        self.func = opening

    def __call__(self, producer: Callback, consumers: Iterable[Callback]) -> _Handled:
        return _Handled(self.func, producer, list(consumers))


def _as_raised(exc: BaseException) -> BaseException:
    """The exception, or the StopIteration that it is in truth.

    A generator, as `opening` mostly is one, cannot let that pass and makes a RuntimeError of it
    (PEP 479), which is no doing of the pool.
    """
    if isinstance(exc, RuntimeError) and isinstance(exc.__cause__, StopIteration):
        return exc.__cause__
    return exc


class _Handled:
    """A TaskQueue's face on a pool: each item goes through the pool to a consumer that waits.

    A consumer runs in a thread of this class; the pool's call of the handler gives it the item and
    lasts until the consumer asks for the next one, ends or fails: a failure leaves through the
    handler, so it is the pool that propagates it, or does not.
    """

    def __init__(
        self,
        opening: Callable[[Handle, int], AbstractContextManager[Submit]],
        producer: Callback,
        consumers: list[Callback],
    ) -> None:
        self._opening = opening
        self._producer = producer
        self._consumers = consumers
        self._changed = threading.Condition()
        self._handed: deque[_Delivery] = deque()
        self._current: dict[int, _Delivery] = {}
        self._idents: set[int] = set()
        self._alive = len(consumers)
        self._closed = False
        self._failures: list[BaseException] = []
        self._orphan: BaseException | None = None
        self._submit: Submit | None = None

    # -- the face ------------------------------------------------------------------------------

    def put(self, item: Any) -> None:
        assert self._submit is not None, "put() is called between the start and the end of run()"
        self._submit(item)

    def get(self) -> Any:
        with self._changed:
            mine = threading.get_ident() in self._idents
            if mine:
                self._finish(None)
            else:
                # A helper thread of some consumer: no telling whose, nor which item is done.
                for other in self._current.values():
                    other.finished = True
                self._changed.notify_all()
            while not self._handed:
                if self._closed:
                    return None
                self._changed.wait()
            delivery = self._handed.popleft()
            if mine:
                self._current[threading.get_ident()] = delivery
            else:
                delivery.finished = True
                self._changed.notify_all()
            return delivery.item

    def ok(self) -> bool:
        return not self._failures

    def run(self) -> None:
        threads = [
            threading.Thread(target=self._consume, args=(consumer,), daemon=True)
            for consumer in self._consumers
        ]
        for thread in threads:
            thread.start()
        failure: BaseException | None = None
        try:
            with self._opening(self._handle, max(1, len(self._consumers))) as submit:
                self._submit = submit
                try:
                    self._producer(self)
                except BaseException as exc:
                    self._failures.append(exc)
                    raise
        except BaseException as exc:
            failure = _as_raised(exc)
        known = failure is None or any(failure is one for one in self._failures)
        self._end(threads if known else ())
        if failure is None:
            # It failed while it held no item: no pool could have known.
            failure = self._orphan
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # its traceback holds this frame

    # -- behind it -----------------------------------------------------------------------------

    def _end(self, threads: Iterable[threading.Thread]) -> None:
        """Tell the consumers that this was all, and wait for those threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in threads:
            thread.join()

    def _handle(self, item: Any) -> None:
        delivery = _Delivery(item)
        with self._changed:
            if not self._alive:
                return
            self._handed.append(delivery)
            self._changed.notify_all()
            while not delivery.finished:
                self._changed.wait()
        if delivery.failure is not None:
            raise delivery.failure

    def _consume(self, consumer: Callback) -> None:
        failure: BaseException | None = None
        with self._changed:
            self._idents.add(threading.get_ident())
        try:
            consumer(self)
        except BaseException as exc:
            failure = exc
            self._failures.append(exc)
        with self._changed:
            self._alive -= 1
            if not self._finish(failure) and failure is not None:
                self._orphan = self._orphan or failure
            if not self._alive:
                for delivery in self._handed:
                    delivery.finished = True
                self._handed.clear()
            self._changed.notify_all()

    def _finish(self, failure: BaseException | None) -> bool:
        """The calling consumer is done with its item; False if it had none."""
        delivery = self._current.pop(threading.get_ident(), None)
        if delivery is None:
            return False
        delivery.failure, delivery.finished = failure, True
        self._changed.notify_all()
        return True


class _Delivery:
    """One item on its way through the pool."""

    __slots__ = ("failure", "finished", "item")

    def __init__(self, item: Any) -> None:
        self.item = item
        self.finished = False
        self.failure: BaseException | None = None
