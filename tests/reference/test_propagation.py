"""Section 3 of the contract: failures reach whoever called run()."""

from __future__ import annotations

import gc
import logging
import threading
import traceback
import weakref
from collections.abc import Callable, Iterator

import pytest

from taskqueue_reference import TaskQueue, task_queue

Finish = Callable[[TaskQueue], "BaseException | None"]

EVERY_KIND = [OSError, SystemExit, KeyboardInterrupt, GeneratorExit]


def nothing(q: TaskQueue) -> None:
    pass


def drain(q: TaskQueue) -> None:
    while q.get() is not None:
        pass


def fail_with(error: BaseException) -> Callable[[TaskQueue], None]:
    def callback(q: TaskQueue) -> None:
        raise error

    return callback


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_3_1_and_3_5_a_failure_of_the_producer_is_raised(
    kind: type[BaseException], finish: Finish
) -> None:
    failure = kind("producer")
    assert finish(TaskQueue(fail_with(failure), [drain] * 2)) is failure


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("place", [0, 1])
def test_3_2_and_3_5_a_failure_of_a_consumer_is_raised(
    place: int, kind: type[BaseException], finish: Finish
) -> None:
    failure = kind("consumer")
    consumers: list[Callable[[TaskQueue], None]] = [drain, drain]
    consumers[place] = fail_with(failure)
    assert finish(TaskQueue(nothing, consumers)) is failure


def test_3_3_the_traceback_reaches_the_line_that_raised() -> None:
    def producer(q: TaskQueue) -> None:
        raise OSError("here")

    with pytest.raises(OSError, match="here") as caught:
        TaskQueue(producer, [drain]).run()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.name, last.line) == ("producer", 'raise OSError("here")')


@pytest.mark.parametrize("later", ["producer", "consumer"])
def test_3_4_and_3_9_the_first_is_raised_and_a_later_one_logged(
    later: str, finish: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = OSError("first"), OSError("second")

    def failing_later(q: TaskQueue) -> None:
        while q.ok():
            pass
        raise second

    failing = fail_with(first)
    callbacks = (failing_later, [failing]) if later == "producer" else (failing, [failing_later])
    assert finish(TaskQueue(*callbacks)) is first
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "OSError: second" in caplog.text
    assert "in failing_later" in caplog.text
    assert "first" not in caplog.text


def test_3_9_a_later_failure_that_is_false_is_logged_with_its_traceback(
    finish: Finish, caplog: pytest.LogCaptureFixture
) -> None:
    """`logging` drops the traceback of an exception that is false, if given the exception alone."""

    class NoErrors(Exception):
        def __len__(self) -> int:
            return 0

    def failing_later(q: TaskQueue) -> None:
        while q.ok():
            pass
        raise NoErrors("second")

    assert isinstance(finish(TaskQueue(failing_later, [fail_with(OSError("first"))])), OSError)
    assert "in failing_later" in caplog.text


def test_3_6_ok_is_false_for_every_thread_and_stays_so(finish: Finish) -> None:
    seen: list[bool] = []
    begun = threading.Barrier(2, timeout=30)

    def failing(q: TaskQueue) -> None:
        seen.append(q.ok())
        begun.wait()
        raise OSError

    def polling(q: TaskQueue) -> None:
        begun.wait()
        while q.ok():
            pass
        helper = threading.Thread(target=lambda: seen.append(q.ok()))
        helper.start()
        helper.join(30)

    queue = TaskQueue(polling, [failing])
    assert queue.ok()
    assert isinstance(finish(queue), OSError)
    assert seen == [True, False]
    assert not queue.ok()


def test_3_7_who_receives_the_end_sees_that_the_producer_failed(finish: Finish) -> None:
    for _ in range(50):
        seen: list[bool] = []

        def consumer(q: TaskQueue, seen: list[bool] = seen) -> None:
            q.get()
            seen.append(q.ok())

        finish(TaskQueue(fail_with(OSError()), [consumer] * 2))
        assert seen == [False, False]


def test_3_7_the_failure_is_recorded_before_the_end_is_queued(finish: Finish) -> None:
    """The same, whatever the schedule: seen at the moment at which the end is queued."""
    seen: list[bool] = []

    class Watched(TaskQueue):
        def _close(self) -> None:
            seen.append(self.ok())
            super()._close()

    finish(Watched(fail_with(OSError()), [drain]))
    finish(Watched(nothing, [drain]))
    assert seen == [False, True]


def test_3_8_without_a_failure_run_returns_none(finish: Finish) -> None:
    assert TaskQueue(lambda q: "ignored", [lambda q: "ignored as well"]).run() is None  # type: ignore[func-returns-value]


class Unprintable(Exception):
    """Every attribute of it raises, so nothing can format it."""

    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(f"no {name} here")


class ExitsWhenPrinted(Exception):
    """Not even an Exception comes out of formatting it, which handlers would swallow."""

    @property
    def __cause__(self) -> BaseException | None:  # type: ignore[override]
        raise SystemExit("from __cause__")


@pytest.mark.parametrize("kind", [Unprintable, ExitsWhenPrinted])
@pytest.mark.parametrize("place", ["producer", "consumer"])
def test_3_11_what_cannot_be_formatted_is_raised_all_the_same(
    place: str, kind: type[Exception], finish: Finish
) -> None:
    failure = kind()
    failing = fail_with(failure)
    queue = TaskQueue(failing, [drain]) if place == "producer" else TaskQueue(nothing, [failing])
    assert finish(queue) is failure


class FormattingHandler(logging.Handler):
    """What raises when it formats is not swallowed, as handlers of one's own often do."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[FormattingHandler]:
    logger = logging.getLogger("taskqueue_reference")
    handler = FormattingHandler()
    logger.addHandler(handler)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.mark.parametrize("kind", [Unprintable, ExitsWhenPrinted])
@pytest.mark.parametrize("later", ["producer", "consumer"])
def test_3_11_a_later_failure_that_cannot_be_formatted_is_logged_by_its_type(
    later: str, kind: type[Exception], finish: Finish, log: FormattingHandler
) -> None:
    first, second = OSError("first"), kind()

    def failing_later(q: TaskQueue) -> None:
        while q.ok():
            pass
        raise second

    failing = fail_with(first)
    callbacks = (failing_later, [failing]) if later == "producer" else (failing, [failing_later])
    assert finish(TaskQueue(*callbacks)) is first
    assert log.lines == [f"another callback failed as well: {kind.__name__}, not printable"]


def test_3_11_the_end_is_signalled_before_a_failure_is_logged(finish: Finish) -> None:
    """A handler that waits (on a network, say) must not keep the end from the consumers."""
    ended = threading.Event()
    logged: list[str] = []

    class Waiting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert ended.wait(30)
            logged.append(record.getMessage())

    def producer(q: TaskQueue) -> None:
        while q.ok():
            pass
        raise OSError("later")

    def consumer(q: TaskQueue) -> None:
        drain(q)
        ended.set()

    logger, handler = logging.getLogger("taskqueue_reference"), Waiting()
    logger.addHandler(handler)
    try:
        first = OSError("first")
        assert finish(TaskQueue(producer, [fail_with(first), consumer])) is first
    finally:
        logger.removeHandler(handler)
    assert logged == ["another callback failed as well"]


class Local:
    """Something that a frame or the queue may keep alive."""


class Failure(Exception):
    """Unlike those that are built in, it can be referred to weakly."""


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("place", ["producer", "consumer", "both"])
def test_3_10_no_reference_cycle_is_left(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_queue.logger, "disabled", True)  # pytest keeps records, and failures
    watched: list[weakref.ref[object]] = []

    def watch(thing: object) -> None:
        watched.append(weakref.ref(thing))

    def failing(q: TaskQueue) -> None:
        local = Local()
        watch(local)
        raise Failure(place)

    def producer(q: TaskQueue) -> None:
        item = Local()
        watch(item)
        q.put(item)
        if place != "consumer":
            failing(q)

    def consumer(q: TaskQueue) -> None:
        if place != "producer":
            failing(q)

    def run_and_drop() -> None:
        queue = TaskQueue(producer, [consumer])
        watch(queue)
        try:
            queue.run()
        except Failure as error:
            watch(error)
        else:
            pytest.fail("run() did not raise")

    run_and_drop()
    assert len(watched) >= 4
    assert [thing() for thing in watched] == [None] * len(watched)


@pytest.mark.usefixtures("without_collector")
def test_3_10_nor_through_callbacks_that_know_their_queue() -> None:
    """A closure over the queue, which the queue would hold in turn."""

    def run_and_drop() -> weakref.ref[TaskQueue]:
        queue = TaskQueue(lambda q: queue.put(1), [lambda q: queue.get()])
        queue.run()
        return weakref.ref(queue)

    assert run_and_drop()() is None


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_3_10_nor_when_a_thread_could_not_be_started(
    nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    countdown = iter([True] * nth + [False])

    def start_or_fail(thread: threading.Thread) -> None:
        if not next(countdown):
            raise Failure("can't start new thread")
        start(thread)

    def run_and_drop() -> weakref.ref[TaskQueue]:
        queue = TaskQueue(nothing, [drain, drain])
        try:
            queue.run()
        except Failure:
            pass
        else:
            pytest.fail("run() did not raise")
        return weakref.ref(queue)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)
    assert run_and_drop()() is None
