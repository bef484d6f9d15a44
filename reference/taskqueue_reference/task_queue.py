"""One producer and several consumers, at the same time, over one queue.

    TaskQueue(producer, [consumer] * 4).run()

The producer calls ``q.put(item)``.  Each consumer calls ``q.get()`` until it returns None, which
is the end.  Any of them may ask ``q.ok()`` and stop early once something has failed.  run() comes
back when all have ended, and raises the first failure.

A comment that names a clause (TQ-2.4) stands where code of this kind has gone wrong: it says what
happened.  The clauses are in ``reference/CONTRACT.md``, the deliberate differences from oss2's
class of the same name in ``reference/README.md``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any

__all__ = ["TaskQueue"]

Callback = Callable[["TaskQueue"], object]
"""The producer or a consumer: called once, with the queue; what it returns is ignored."""

logger = logging.getLogger(__name__)

JOIN_SECONDS = 0.5
"""How long run() waits without looking up.  On Windows a wait cannot be interrupted, so Ctrl-C
takes that long there; elsewhere it acts at once.  It delays nothing else: a join ends with its
thread (TQ-2.10, TQ-2.17)."""


class TaskQueue:
    """Runs `producer(q)` and every `consumer(q)`, each in its own thread, until all have ended.

    Args:
        producer: puts the items.  The end follows when it returns or raises.
        consumers: any iterable of callables; the same one may stand in it several times.

    Raises:
        ValueError: there is no consumer.
    """

    def __init__(self, producer: Callback, consumers: Iterable[Callback]) -> None:
        # Taken once, here: kept as given, the len() of an iterator raised when the end was due,
        # and a list that was changed during the run lost an end.  TQ-4.5
        crew = tuple(consumers)
        if not crew:
            # Without this the run succeeds and every item is lost in silence.  TQ-2.13
            raise ValueError("a TaskQueue needs at least one consumer: nobody would take the items")

        # Kept until run() takes them, which can happen once.
        self._callbacks: tuple[Callback, tuple[Callback, ...]] | None = (producer, crew)

        # The items in their order and, behind the last one, a single None: the end.  Unbounded:
        # with a maxsize the producer blocks for ever once all consumers are dead.  TQ-2.4
        self._queue: SimpleQueue[Any] = SimpleQueue()

        # Guards what stands below it, and that nothing is queued behind the end.  No wait, no
        # callback and no logging happens under it.  Reentrant, because a finalizer or a signal
        # handler can run in the middle of put() or ok() and call them itself.  It is used as it
        # is, not through a Condition: a signal between the two steps of Condition.__enter__
        # would leave it locked.
        self._lock = threading.RLock()
        self._closed = False  # the end has been queued
        self._late = 0  # items that were put after that
        self._failed = False  # what ok() denies; never taken back
        self._failure: BaseException | None = None  # what run() has to raise, until it does

    # ------------------------------------------------------------------ for the callbacks

    def put(self, item: object) -> None:
        """Queue `item`.  Never waits; may be called from any thread.

        An item put after the producer has ended is not delivered; run() logs how many there were.

        Raises:
            ValueError: the item is None, which means the end.
        """
        # Not an assert: under -O it is gone, and the None ends one consumer early.  TQ-1.10
        if item is None:
            raise ValueError("put(None): None means the end, which is signalled by itself")
        with self._lock:
            if self._closed:
                # Queued behind the end, it would reach a consumer that asks twice.  TQ-2.12
                self._late += 1
            else:
                self._queue.put(item)

    def get(self) -> Any:
        """Wait for the next item, first in, first out; None means the end, however often asked."""
        item = self._queue.get()
        if item is None:
            # The end is for everybody, so whoever takes it puts it back.  One end for all left
            # the others waiting; with one each, who asks twice takes another's.  TQ-2.1, TQ-2.12
            self._queue.put(None)
        return item

    def ok(self) -> bool:
        """True until a callback has failed or run() was interrupted; never True again after."""
        with self._lock:
            return not self._failed

    # ------------------------------------------------------------------ for the caller

    def run(self) -> None:
        """Start all, wait until all have ended, raise the first failure.

        Later failures are logged with their tracebacks, and so is the number of items that nobody
        took.  On KeyboardInterrupt it leaves at once, with ok() False; the threads are daemons.

        Raises:
            BaseException: the first that left a callback, as it was raised there.
            RuntimeError: it has been called before, or a thread cannot be started.
        """
        with self._lock:
            callbacks, self._callbacks = self._callbacks, None
        if callbacks is None:
            # A second run would meet the first one's end and its stale error.  TQ-2.15
            raise RuntimeError("run() has been called before: make a new TaskQueue for each run")

        threads: list[threading.Thread] = []
        try:
            starter = _thread(self._produce, *callbacks, threads)
            starter.start()
            _join(starter)
            for thread in threads:  # the consumers': complete, now that their starter has ended
                _join(thread)
        except BaseException as interrupt:
            # Callbacks that poll ok() learn that they should stop.  The end is left to the
            # producer's thread: the producer may be putting items yet.  TQ-2.16, TQ-1.1
            with self._lock:
                self._failed = True
                failure, self._failure = self._failure, None
            if failure is not None:
                interrupt.__context__ = failure  # shown above it; logging might have to wait
            raise

        failure, self._failure = self._failure, None
        if failure is not None:
            try:
                raise failure
            finally:
                # Else exception -> traceback -> this frame -> exception is a cycle, and as long
                # as the queue holds it there is another: they keep all frames alive.  TQ-3.10
                del failure

        left = self._queue.qsize() - 1 + self._late  # the end stays in the queue
        if left > 0:
            logger.warning("%d items left over: put, but taken by no consumer", left)

    # ------------------------------------------------------------------ in the threads

    def _produce(
        self,
        producer: Callback,
        consumers: tuple[Callback, ...],
        threads: list[threading.Thread],
    ) -> None:
        try:
            # It is this thread that starts the consumers, so that a start that fails is a failure
            # of the producer before its first item: recorded, and the end reaches those that run
            # already.  Raised in run(), it left them with nobody to tell or await them.  TQ-2.14
            for consumer in consumers:
                thread = _thread(self._consume, consumer)
                thread.start()
                threads.append(thread)
            producer(self)
        except BaseException as error:  # `except Exception` lets SystemExit pass: a hang.  TQ-3.5
            first = self._record(error)  # before the end: who sees it may trust ok().  TQ-3.7
            self._close()  # before anything formats the error, which can raise or wait.  TQ-3.11
            if not first:
                _log(error)
        else:
            self._close()

    def _consume(self, consumer: Callback) -> None:
        try:
            consumer(self)
        except BaseException as error:  # TQ-3.5
            if not self._record(error):
                _log(error)

    def _record(self, error: BaseException) -> bool:
        """Keep `error` for run() to raise, unless there was one before: False then."""
        with self._lock:
            first = not self._failed
            if first:  # later ones are consequences of the first.  TQ-3.4
                self._failed = True
                self._failure = error
            return first

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            self._queue.put(None)


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    # Daemons, or stuck callbacks keep the process alive after Ctrl-C.  TQ-2.11
    return threading.Thread(target=target, args=args, daemon=True)


def _join(thread: threading.Thread) -> None:
    while thread.is_alive():
        thread.join(JOIN_SECONDS)


def _log(error: BaseException) -> None:
    """Report a failure that run() will not raise, so that it is not lost in silence.  TQ-3.9"""
    try:
        # All three: logging tests the exception for truth, and one may be false.  TQ-3.9
        shown = (type(error), error, error.__traceback__)
        logger.warning("another callback failed as well", exc_info=shown)
    except BaseException:  # an exception whose own attributes raise cannot be formatted.  TQ-3.11
        logger.warning("another callback failed as well: %s, not printable", type(error).__name__)
