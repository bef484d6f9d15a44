"""Queues."""

from __future__ import annotations

import contextlib
import queue
from typing import Any

from taskqueue_harness import Bounds
from tests.litmus.declared import DEADLOCK, declares
from tests.litmus.together import Record, together


def _take_if_not_empty(q: Any) -> str:
    q.put(1)
    found: list[str] = []

    def take() -> None:
        if not q.empty():
            try:
                q.get_nowait()
            except queue.Empty:
                found.append("Empty")

    together(take, take)
    return found[0] if found else "taken"


@declares({"taken": "the second saw it empty", "Empty": "both saw the item, one came too late"})
def queue_empty_then_get() -> str:
    return _take_if_not_empty(queue.Queue())


@declares({"taken": "the second saw it empty", "Empty": "both saw the item, one came too late"})
def simple_queue_empty_then_get() -> str:
    return _take_if_not_empty(queue.SimpleQueue())


@declares(
    {"taken": "the second saw it empty", DEADLOCK: "both saw the item and one waits for another"},
    runs=50,
)
def queue_empty_then_patient_get() -> str:
    q: Any = queue.Queue()
    q.put(1)

    def take() -> None:
        if not q.empty():
            q.get()

    together(take, take)
    return "taken"


@declares({DEADLOCK: "the end of the stream is told to one of two"}, runs=0)
def one_sentinel_for_two() -> str:
    q: Any = queue.Queue()

    def consume() -> None:
        while q.get() is not None:
            pass

    together(lambda: q.put(None), consume, consume)
    return "done"


@declares({"done": "whoever finds the end puts it back"})
def sentinel_is_put_back() -> str:
    q: Any = queue.Queue()

    def consume() -> None:
        while q.get() is not None:
            pass
        q.put(None)

    together(lambda: q.put(None), consume, consume)
    return "done"


@declares(
    dict.fromkeys(
        ("abAB", "aAbB", "aABb", "AabB", "AaBb", "ABab"), "any merge of the two producers' orders"
    )
)
def two_producers() -> str:
    q: Any = queue.SimpleQueue()

    def lower() -> None:
        q.put("a")
        q.put("b")

    def upper() -> None:
        q.put("A")
        q.put("B")

    together(lower, upper)
    return "".join(q.get() for _ in range(4))


@declares({"ab": "first in, first out, however the slot is waited for"})
def bounded_queue() -> str:
    q: Any = queue.Queue(1)
    got: list[str] = []

    def give() -> None:
        q.put("a")
        q.put("b")

    def take() -> None:
        got.append(q.get())
        got.append(q.get())

    together(give, take)
    return "".join(got)


@declares(
    {
        "a": "there was no room for the second in time",
        "ab": "the first had been taken",
    },
    bounds=Bounds(early_timeouts=1),
)
def bounded_queue_with_timeout() -> str:
    q: Any = queue.Queue(1)
    q.put("a")
    got: list[str] = []

    def give() -> None:
        with contextlib.suppress(queue.Full):
            q.put("b", timeout=0.001)

    together(give, lambda: got.append(q.get()))
    return "".join(got) + ("" if q.empty() else str(q.get()))


@declares({"full": "nobody takes"}, runs=20)
def put_into_a_full_queue() -> str:
    q: Any = queue.Queue(1)
    q.put(1)
    try:
        q.put(2, timeout=0.001)
    except queue.Full:
        return "full"
    return "room"


@declares({"item": "it came in time", "Empty": "it came late"}, bounds=Bounds(early_timeouts=1))
def get_with_timeout() -> str:
    q: Any = queue.Queue()
    got: list[str] = []

    def take() -> None:
        try:
            got.append(q.get(timeout=0.001))
        except queue.Empty:
            got.append("Empty")

    together(take, lambda: q.put("item"))
    return got[0]


@declares({"item": "it came in time", "Empty": "it came late"}, bounds=Bounds(early_timeouts=1))
def simple_queue_get_with_timeout() -> str:
    q: Any = queue.SimpleQueue()
    got: list[str] = []

    def take() -> None:
        try:
            got.append(q.get(timeout=0.001))
        except queue.Empty:
            got.append("Empty")

    together(take, lambda: q.put("item"))
    return got[0]


@declares({0: "before both puts", 1: "between them", 2: "after both"})
def size_while_others_put() -> int:
    q: Any = queue.Queue()
    s: Any = Record()

    def give() -> None:
        q.put(1)
        q.put(1)

    def look() -> None:
        s.size = q.qsize()

    together(give, look)
    return s.size  # type: ignore[no-any-return]


@declares(
    {
        1: "both were there, or the 1 alone",
        2: "the 2 was there alone",
    }
)
def priority_queue() -> int:
    q: Any = queue.PriorityQueue()
    got: list[int] = []

    def give() -> None:
        q.put(2)
        q.put(1)

    together(give, lambda: got.append(q.get()))
    return got[0]


@declares({"ab": "taken in between", "ba": "taken when both were there"})
def lifo_queue() -> str:
    q: Any = queue.LifoQueue()
    got: list[str] = []

    def give() -> None:
        q.put("a")
        q.put("b")

    def take() -> None:
        got.append(q.get())
        got.append(q.get())

    together(give, take)
    return "".join(got)


@declares({1: "join returns when the item is done, not when it is taken"})
def join_waits_for_task_done() -> int:
    q: Any = queue.Queue()
    s: Any = Record(done=0)
    q.put(1)

    def work() -> None:
        q.get()
        s.done = 1
        q.task_done()

    def wait() -> None:
        q.join()
        s.seen = s.done

    together(wait, work)
    return s.seen  # type: ignore[no-any-return]


@declares({"ValueError": "more were done than put"})
def task_done_too_often() -> str:
    q: Any = queue.Queue()
    try:
        q.task_done()
    except ValueError:
        return "ValueError"
    return "done"


@declares({"done": "the item was there", "ValueError": "it was not there yet"})
def task_done_for_an_item_of_another() -> str:
    s: Any = Record()
    q: Any = queue.Queue()

    def done() -> None:
        try:
            q.task_done()
            s.found = "done"
        except ValueError:
            s.found = "ValueError"

    together(lambda: q.put(1), done)
    return s.found  # type: ignore[no-any-return]


@declares({0: "before the put", 1: "after it"})
def count_of_unfinished_tasks() -> int:
    s: Any = Record()
    q: Any = queue.Queue()

    def look() -> None:
        s.seen = q.unfinished_tasks

    together(lambda: q.put(1), look)
    return s.seen  # type: ignore[no-any-return]


@declares({0: "before the put", 1: "after it"})
def count_of_unfinished_tasks_by_priority() -> int:
    s: Any = Record()
    q: Any = queue.PriorityQueue()

    def look() -> None:
        s.seen = q.unfinished_tasks

    together(lambda: q.put(1), look)
    return s.seen  # type: ignore[no-any-return]


@declares({0: "before the put", 1: "after it"})
def looking_into_a_queue() -> int:
    s: Any = Record()
    q: Any = queue.Queue()

    def look() -> None:
        s.seen = len(q.queue)

    together(lambda: q.put(1), look)
    return s.seen  # type: ignore[no-any-return]


@declares(
    {
        1: "the put came after the loop, or before it",
        2: "before the loop began",
        "RuntimeError": "during the loop",
    }
)
def looping_over_a_queue() -> Any:
    s: Any = Record()
    q: Any = queue.Queue()
    q.put(0)

    def look() -> None:
        s.seen = 0
        try:
            for _ in q.queue:
                s.seen += 1
        except RuntimeError:
            s.seen = "RuntimeError"

    together(lambda: q.put(1), look)
    return s.seen


@declares({"taken": "before it was emptied", "Empty": "after it"})
def emptied_under_the_mutex() -> str:
    s: Any = Record()
    q: Any = queue.Queue()
    q.put(0)

    def empty() -> None:
        with q.mutex:
            q.queue.clear()

    def take() -> None:
        try:
            q.get_nowait()
            s.found = "taken"
        except queue.Empty:
            s.found = "Empty"

    together(take, empty)
    return s.found  # type: ignore[no-any-return]
