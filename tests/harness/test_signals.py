"""Handlers of signals, which belong to the main thread of an execution."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from taskqueue_harness import Bounds, explore, replay

CALM = Bounds(early_timeouts=0)
INTERRUPTED = Bounds(early_timeouts=0, faults=1, failed_starts=False)


def takes_over_and_gives_back() -> None:
    def handler(number: int, frame: object) -> None:
        raise AssertionError("nobody has sent one")

    before = signal.signal(signal.SIGINT, handler)
    assert before is signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is handler
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    assert signal.signal(signal.SIGINT, before) is handler


def refused_elsewhere() -> None:
    refused = []

    def elsewhere() -> None:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except ValueError:
            refused.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert refused == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def refuses_what_cannot_be() -> None:
    for number, handler, kind in (
        (0, signal.SIG_IGN, ValueError),
        (signal.NSIG, signal.SIG_IGN, ValueError),
        (signal.SIGKILL, signal.SIG_IGN, OSError),
        (signal.SIGINT, "no handler", TypeError),
    ):
        try:
            signal.signal(number, handler)  # type: ignore[arg-type]
        except kind:
            continue
        raise AssertionError(f"{number}, {handler} was taken")


def another_thread_sends_one() -> None:
    """The handler runs in the main thread, in the midst of its wait, which then goes on."""
    handled = []
    signal.signal(signal.SIGTERM, lambda number, _: handled.append((number, here())))
    here = threading.get_ident
    done = threading.Event()

    def send() -> None:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(5.0)
        done.set()

    thread = threading.Thread(target=send)
    thread.start()
    assert done.wait(60.0)
    assert handled == [(signal.SIGTERM, here())]
    thread.join()


def sends_one_to_itself() -> None:
    class Told(Exception):
        pass

    def tell(number: int, frame: object) -> None:
        raise Told

    signal.signal(signal.SIGUSR1, tell)
    try:
        signal.raise_signal(signal.SIGUSR1)
    except Told:
        return
    raise AssertionError("it went on")


def waits_for_so_long_only() -> None:
    """A wait that a handler interrupts ends when it would have ended anyway."""
    signal.signal(signal.SIGINT, lambda *_: None)
    began = time.monotonic()
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    assert not lock.acquire(timeout=7.0)
    assert time.monotonic() - began == 7.0
    thread.join()


def handler_lets_go() -> None:
    """What the main thread waits for is what its handler does."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    thread = threading.Thread(target=stop.wait, args=(1.0,))
    thread.start()
    thread.join()


def is_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def sees_each_handler() -> None:
    """Fails if an interrupt can come while the second handler is set, as it can."""
    seen = []
    signal.signal(signal.SIGINT, lambda *_: seen.append("first"))
    thread = threading.Thread(target=lambda: None)
    thread.start()
    signal.signal(signal.SIGINT, lambda *_: seen.append("second"))
    thread.join()
    assert seen != ["second"], "the second was called"


@pytest.mark.parametrize(
    "program",
    [
        takes_over_and_gives_back,
        refused_elsewhere,
        refuses_what_cannot_be,
        another_thread_sends_one,
        sends_one_to_itself,
    ],
)
def test_the_main_thread_handles_signals(program: Callable[[], None]) -> None:
    result = explore(program, strategy="dpor", bounds=CALM)
    assert result.exhausted, result
    assert result.ok, result


@pytest.mark.parametrize("program", [waits_for_so_long_only, handler_lets_go, is_ignored])
def test_an_interrupt_that_is_handled_is_no_failure(program: Callable[[], None]) -> None:
    calm = explore(program, strategy="dpor", bounds=CALM)
    result = explore(program, strategy="dpor", bounds=INTERRUPTED)
    assert result.exhausted, result
    assert result.ok, result
    assert result.executions > calm.executions


def comes_when_the_program_is_over() -> None:
    def send() -> None:
        time.sleep(1.0)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=send).start()


def handler_changes_nothing() -> None:
    told = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: told.set())
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=signal.raise_signal, args=(signal.SIGINT,))
    thread.start()
    lock.acquire()


def test_who_has_handled_a_signal_waits_for_the_same_as_before() -> None:
    result = explore(handler_changes_nothing, strategy="dpor", bounds=CALM)
    assert result.verdict == "deadlock"
    assert result.outcome is not None
    (waits,) = result.outcome.blocked
    assert waits.operation == "acquire"


def test_the_process_keeps_its_handlers() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    assert explore(another_thread_sends_one, strategy="dpor", bounds=CALM).ok
    assert explore(is_ignored, strategy="dpor").ok
    assert {number: signal.getsignal(number) for number in before} == before


def runs_beside(lock: Any, section: Callable[[], object], locked: Callable[[], bool]) -> None:
    """Fails if an interrupt of `section`, which takes `lock`, leaves it locked."""
    thread = threading.Thread(target=lambda: None)
    thread.start()
    try:
        section()
        thread.join()
    except KeyboardInterrupt:
        assert not locked(), "it stays locked"


def with_a_lock() -> None:
    lock = threading.Lock()

    def section() -> None:
        with lock:
            pass

    runs_beside(lock, section, lock.locked)


def with_two_locks_and_a_return() -> None:
    lock, other = threading.Lock(), threading.Lock()

    def section() -> int:
        with lock, other:
            return 1

    runs_beside(lock, section, lock.locked)


def with_a_reentrant_lock() -> None:
    lock: Any = threading.RLock()

    def section() -> None:
        with lock, lock:
            pass

    runs_beside(lock, section, lock._is_owned)


def with_a_lock_left_by_an_exception() -> None:
    lock = threading.Lock()

    def section() -> None:
        with contextlib.suppress(KeyError), lock:
            raise KeyError

    runs_beside(lock, section, lock.locked)


def with_a_condition() -> None:
    lock = threading.Lock()
    condition = threading.Condition(lock)

    def section() -> None:
        with condition:
            pass

    runs_beside(lock, section, lock.locked)


def acquires_and_releases() -> None:
    lock = threading.Lock()

    def section() -> None:
        lock.acquire()
        lock.release()

    runs_beside(lock, section, lock.locked)


@pytest.mark.parametrize(
    "program",
    [
        with_a_lock,
        with_two_locks_and_a_return,
        with_a_reentrant_lock,
        with_a_lock_left_by_an_exception,
    ],
)
def test_an_interrupt_leaves_no_lock_of_a_with_statement_locked(
    program: Callable[[], None],
) -> None:
    """CPython does not look for signals between the block and the end of ``__exit__``."""
    calm = explore(program, strategy="dpor", bounds=CALM)
    result = explore(program, strategy="dpor", bounds=INTERRUPTED)
    assert result.exhausted, result
    assert result.ok, result
    assert result.executions > calm.executions


def is_told_on_the_way_out() -> None:
    lock = threading.Lock()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    entered = False
    try:
        with lock:
            entered = True
    except KeyboardInterrupt:
        assert not entered, "between the block and the next statement"


def handles_it_on_the_way_out() -> None:
    handled = []
    signal.signal(signal.SIGINT, lambda *_: handled.append(lock.locked()))
    lock = threading.Lock()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    with lock:
        entered = len(handled)
    assert len(handled) == entered, f"came when the lock was {'' if handled[-1] else 'not '}held"


@pytest.mark.parametrize(
    ("program", "bounds", "said"),
    [
        # By the handler of the moment.
        (sees_each_handler, INTERRUPTED, "the second was called"),
        # Only other threads are waited for.
        (comes_when_the_program_is_over, CALM, "KeyboardInterrupt"),
        # CPython looks for signals at the start of an __exit__ in Python, and after acquire().
        (with_a_condition, INTERRUPTED, "it stays locked"),
        (acquires_and_releases, INTERRUPTED, "it stays locked"),
        # What comes at the end of a with block is handled behind it.
        (is_told_on_the_way_out, INTERRUPTED, "between the block and the next statement"),
        (handles_it_on_the_way_out, INTERRUPTED, "came when the lock was not held"),
    ],
)
def test_what_comes_of_a_signal_is_found_and_replays(
    program: Callable[[], None], bounds: Bounds, said: str
) -> None:
    result = explore(program, strategy="dpor", bounds=bounds)
    assert result.verdict == "failed"
    assert result.outcome is not None
    assert said in result.outcome.message
    assert replay(program, result.token).verdict == "failed"
