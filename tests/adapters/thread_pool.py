"""`multiprocessing.pool.ThreadPool`, as the documentation brings it under the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.pool import AsyncResult, ThreadPool
from typing import Any

from taskqueue_conformance import HandlerAdapter


@HandlerAdapter
@contextmanager
def subject(handle: Callable[[Any], None], workers: int) -> Iterator[Callable[[Any], None]]:
    pool = ThreadPool(workers)
    results: list[AsyncResult[None]] = []
    try:
        yield lambda item: results.append(pool.apply_async(handle, (item,)))
    finally:
        pool.close()
        pool.join()
    for result in results:
        result.get()
