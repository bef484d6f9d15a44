"""`concurrent.futures.ThreadPoolExecutor`, as the documentation brings it under the suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from taskqueue_conformance import HandlerAdapter


@HandlerAdapter
@contextmanager
def subject(handle: Callable[[Any], None], workers: int) -> Iterator[Callable[[Any], None]]:
    futures: list[Future[None]] = []
    with ThreadPoolExecutor(workers) as pool:
        yield lambda item: futures.append(pool.submit(handle, item))
    for future in futures:
        future.result()
