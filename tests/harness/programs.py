"""Small programs with known behaviour: what is right about each, or what goes wrong and when."""

import _thread
import collections
import contextlib
import difflib
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from threading import Condition, Event, Lock, Thread, Timer
from types import SimpleNamespace
from typing import Any

from taskqueue_harness import fault_point

LOCK = Lock()
COUNT = [0]


class Box:
    """Something with attributes."""

    value = 0
    flag = False


class Worker(Thread):
    """A subclass of Thread, defined at import."""

    def __init__(self, out: list[str]) -> None:
        super().__init__()
        self.out = out

    def run(self) -> None:
        with LOCK:
            self.out.append(threading.current_thread().name)
            COUNT[0] += 1


def together(*functions: Callable[[], Any]) -> None:
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- right under every schedule


def module_lock_and_subclass() -> None:
    out: list[str] = []
    workers = [Worker(out) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(out) == ["Thread-1", "Thread-2"], out
    assert COUNT[0] == 2, "the module's counter comes from another execution"


def timer() -> None:
    out: list[int] = []
    ringing = Timer(5, out.append, (1,))
    ringing.start()
    ringing.join()
    assert out == [1]


def executor() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: threading.current_thread().name).result().startswith("Thread")


def lockstep() -> None:
    """Who goes from one wait to the next polls nothing, and nobody is late."""
    barrier = threading.Barrier(5, timeout=5.0)

    def step() -> None:
        for _ in range(10):
            barrier.wait()

    together(*[step] * 5)


def foreign_code_sometimes() -> None:
    """What is given a list, and is not modelled, runs in one of the executions only."""
    items: list[str] = []

    def tell() -> None:
        if items:
            difflib.get_close_matches("a", items)

    together(tell, lambda: items.append("a"))


def polls_for_an_hour() -> None:
    """Right: one sleeps for long, and the others look again and again."""
    found: queue.Queue[int] = queue.Queue()

    def producer() -> None:
        time.sleep(3600)
        found.put(1)

    def consumer() -> None:
        while True:
            with contextlib.suppress(queue.Empty):
                found.get(timeout=0.5)
                return

    threads = [threading.Thread(target=body) for body in (producer, consumer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.5)


def polls_between_pauses() -> None:
    """Right: one sleeps again and again, and the others look much more often than it wakes."""
    found: queue.Queue[int] = queue.Queue()

    def producer() -> None:
        for number in range(4):
            time.sleep(3)
            found.put(number)

    def consumer() -> None:
        taken = 0
        while taken < 4:
            with contextlib.suppress(queue.Empty):
                found.get(timeout=0.01)
                taken += 1

    threads = [threading.Thread(target=body) for body in (producer, consumer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def polls_without_a_pause() -> None:
    """Right: one sleeps again and again, and the others never do, and change something always."""
    found: list[int] = []
    attempts = [0, 0]

    def producer() -> None:
        for number in range(4):
            time.sleep(3)
            found.append(number)

    def consumer(me: int) -> None:
        taken = 0
        while taken < 2:
            attempts[me] += 1
            with contextlib.suppress(IndexError):
                found.pop()
                taken += 1

    together(producer, lambda: consumer(0), lambda: consumer(1))


def polls_without_a_pause_for_ever() -> None:
    """The same without an end, while one beats every second."""
    found: list[int] = []
    attempts = [0, 0]

    def consumer(me: int) -> None:
        while not found:
            attempts[me] += 1
            attempts[me] = max(attempts[0], attempts[1], attempts[1 - me], attempts[me])
            attempts[me] %= 1_000 + max(attempts[0], attempts[1], attempts[1 - me], attempts[me])

    def beat() -> None:
        while True:
            time.sleep(1)

    together(beat, lambda: consumer(0), lambda: consumer(1))


def works_while_others_poll() -> None:
    """Right: what one does after it woke takes no time, though another polls without a pause."""
    box, attempts = SimpleNamespace(), [0]
    ended: list[bool] = []

    def worker() -> None:
        time.sleep(3)
        woke = time.monotonic()
        box.a, box.b, box.c = 1, 2, 3
        box.a, box.b, box.c = box.b, box.c, box.a
        box.d = box.a + box.b
        box.e = box.c + box.d
        box.f = box.d + box.e
        assert time.monotonic() == woke
        ended.append(True)

    def poller() -> None:
        while not ended:
            attempts[0] += 1

    together(worker, poller, lambda: time.sleep(6))


def backs_off_for_ever() -> None:
    """Two threads that count their attempts and sleep a little before the next, without end."""
    attempts: list[int] = []

    def body() -> None:
        while True:
            attempts.append(1)
            time.sleep(0.01)

    threads = [threading.Thread(target=body) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def meets_late() -> None:
    """Two threads with two orders, after a hundred operations with one."""
    lock = threading.Lock()
    for _ in range(100):
        with lock:
            pass
    threads = [threading.Thread(target=lock.acquire, args=(False,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def passes_for_ever() -> None:
    """Two threads that give each other a number that grows, without end."""
    there: queue.Queue[int] = queue.Queue()
    back: queue.Queue[int] = queue.Queue()

    def play(mine: queue.Queue[int], yours: queue.Queue[int]) -> None:
        while True:
            yours.put(mine.get() + 1)

    there.put(0)
    threads = [threading.Thread(target=play, args=pair) for pair in ((there, back), (back, there))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def polls_alone() -> None:
    event = threading.Event()
    while not event.is_set():
        time.sleep(0)


def thread_pool() -> None:
    with ThreadPool(1) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]


def logging_in_threads() -> None:
    together(*[lambda: logging.getLogger("x").error("hello")] * 2)


def sleeps_end_in_order() -> None:
    out: list[int] = []

    def sleeper(seconds: int) -> Callable[[], None]:
        def sleep() -> None:
            time.sleep(seconds)
            out.append(seconds)

        return sleep

    together(sleeper(3), sleeper(1), sleeper(2))
    assert out == [1, 2, 3], out


def blocked_daemon() -> None:
    Thread(target=Event().wait, daemon=True).start()


def polling_with_sleep() -> None:
    box = Box()
    thread = Thread(target=setattr, args=(box, "flag", True))
    thread.start()
    while not box.flag:
        time.sleep(0.01)


def naps_while_others_poll() -> None:
    """Nothing changes for six rounds of polling, and then something does."""

    def work() -> None:
        time.sleep(3)
        time.sleep(3)

    thread = Thread(target=work)
    thread.start()
    while thread.is_alive():
        thread.join(1)


def spinning() -> None:
    box = Box()

    def set_flag() -> None:
        time.sleep(1)
        box.flag = True

    thread = Thread(target=set_flag)
    thread.start()
    while not box.flag:
        pass
    thread.join()


def raw_thread() -> None:
    lock = _thread.allocate_lock()
    lock.acquire()
    _thread.start_new_thread(lock.release, ())
    lock.acquire()


def thread_local() -> None:
    local = threading.local()
    out: list[bool] = []

    def own(number: int) -> Callable[[], None]:
        def run() -> None:
            local.number = number
            time.sleep(1)
            out.append(local.number == number)

        return run

    together(own(1), own(2))
    assert out == [True, True]
    assert not hasattr(local, "number")


def queue_mutex_by_hand() -> None:
    items: queue.Queue[int] = queue.Queue()

    def clear() -> None:
        with items.mutex:
            items.queue.clear()

    together(lambda: items.put(1), clear)
    assert items.qsize() in (0, 1)


def puts_around_a_mutex() -> tuple[int, int]:
    items: queue.Queue[int] = queue.Queue()

    def first() -> None:
        items.put(1)
        with items.mutex:
            pass

    together(first, lambda: items.put(2))
    return items.get(), items.get()


def patient_retries() -> None:
    """Looks stuck for a while, and is not: the poller counts."""
    done = Event()
    thread = Thread(target=done.wait)
    thread.start()
    for _ in range(20):
        thread.join(1)
    done.set()


def patient_clock() -> None:
    done = Event()
    thread = Thread(target=done.wait)
    thread.start()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        thread.join(1)
    done.set()


RIGHT = (
    module_lock_and_subclass,
    timer,
    executor,
    lockstep,
    thread_pool,
    logging_in_threads,
    sleeps_end_in_order,
    blocked_daemon,
    polling_with_sleep,
    naps_while_others_poll,
    spinning,
    raw_thread,
    thread_local,
    queue_mutex_by_hand,
    patient_retries,
    patient_clock,
)

# -- wrong under some schedule


def lost_update() -> None:
    box = Box()

    def increment() -> None:
        value = box.value
        box.value = value + 1

    together(increment, increment)
    assert box.value == 2


def two_locks() -> None:
    first, second = Lock(), Lock()

    def take(one: Any, other: Any) -> Callable[[], None]:
        def run() -> None:
            with one, other:
                pass

        return run

    together(take(first, second), take(second, first))


def _lost_wakeup(waiter_first: bool) -> None:
    condition = Condition()
    box = Box()

    def wait() -> None:
        if not box.flag:
            with condition:
                condition.wait()

    def wake() -> None:
        box.flag = True
        with condition:
            condition.notify()

    together(*((wait, wake) if waiter_first else (wake, wait)))


def lost_wakeup() -> None:
    _lost_wakeup(True)


def lost_wakeup_other_order() -> None:
    _lost_wakeup(False)


def check_then_get_queue() -> None:
    items: queue.Queue[int] = queue.Queue()
    items.put(1)

    def take() -> None:
        if not items.empty():
            items.get_nowait()

    together(take, take)


def check_then_get_simple_queue() -> None:
    items: queue.SimpleQueue[int] = queue.SimpleQueue()
    items.put(1)

    def take() -> None:
        if not items.empty():
            items.get_nowait()

    together(take, take)


def check_then_pop_deque() -> None:
    items = collections.deque([1])

    def take() -> None:
        if items:
            items.pop()

    together(take, take)


def check_then_set_dict() -> None:
    table: dict[str, int] = {}
    made: list[int] = []

    def make() -> None:
        if "k" not in table:
            table["k"] = 1
            made.append(1)

    together(make, make)
    assert len(made) == 1


def outlived() -> None:
    """The main function returns before the threads it started race."""
    box = Box()

    def increment() -> None:
        value = box.value
        box.value = value + 1

    def check() -> None:
        together(increment, increment)
        assert box.value == 2

    Thread(target=check).start()


def masked_hang() -> None:
    thread = Thread(target=queue.Queue().get, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(1)


def spinning_for_ever() -> None:
    box = Box()
    Thread(target=Event().wait, daemon=True).start()
    while not box.flag:
        pass


WRONG = {
    lost_update: "failed",
    two_locks: "deadlock",
    lost_wakeup: "deadlock",
    lost_wakeup_other_order: "deadlock",
    check_then_get_queue: "failed",
    check_then_get_simple_queue: "failed",
    check_then_pop_deque: "failed",
    check_then_set_dict: "failed",
    outlived: "failed",
    masked_hang: "stuck",
}

# -- deviations


def early_timeout() -> None:
    """Right unless the wait may end early."""
    ready = Event()

    def set_later() -> None:
        time.sleep(1)
        ready.set()

    Thread(target=set_later).start()
    assert ready.wait(2)


def faulty_step() -> None:
    def step() -> None:
        fault_point("step", [OSError("injected")])

    together(step)


def start_or_leave_alone() -> None:
    started = []
    for _ in range(2):
        thread = Thread(target=lambda: None)
        try:
            thread.start()
        except RuntimeError:
            continue
        started.append(thread)
    assert len(started) == 2, "a start failed"


def interrupted() -> None:
    thread = Thread(target=lambda: None)
    thread.start()
    thread.join()


def blocks_outside() -> None:
    import os

    reading, _ = os.pipe()
    together(lambda: os.read(reading, 1))


def computes_for_ever() -> None:
    def loop() -> None:
        while True:
            pass

    together(loop)


def catches_everything() -> None:
    items: queue.Queue[int] = queue.Queue()

    def stubborn() -> None:
        while True:
            try:
                items.get()
            except BaseException:
                continue

    Thread(target=stubborn, daemon=True).start()


def no_threads() -> None:
    assert Box().value == 0
