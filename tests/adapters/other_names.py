"""A queue with other names for everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taskqueue_conformance import PullAdapter
from taskqueue_reference import TaskQueue


class Pipeline:
    def __init__(self, sinks: Sequence[Callable[[Any], object]], source: Callable[[Any], object]):
        def facing(callback: Callable[[Any], object]) -> Callable[[Any], object]:
            return lambda queue: callback(self)

        self._queue = TaskQueue(facing(source), [facing(sink) for sink in sinks])

    def enqueue(self, item: Any) -> None:
        self._queue.put(item)

    def next_item(self) -> Any:
        return self._queue.get()

    def broken(self) -> bool:
        return not self._queue.ok()

    def start_and_wait(self) -> None:
        self._queue.run()


subject = PullAdapter(
    lambda producer, consumers: Pipeline(source=producer, sinks=consumers),
    put="enqueue",
    get="next_item",
    ok=lambda pipeline: not pipeline.broken(),
    run="start_and_wait",
)
