"""The queue is an asyncio.Queue in an event loop of its own; threads talk to it by messages.

All state lives in the loop's thread, so that no lock is needed: put() posts, get() asks and
waits for a future.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

MEETS = "upstream"
MISSES = ("TQ-2.13", "TQ-2.14", "TQ-2.15", "TQ-2.16", "TQ-3.9", "TQ-3.10")


class TaskQueue:
    def __init__(
        self, producer: Callable[[Any], object], consumers: Iterable[Callable[[Any], object]]
    ) -> None:
        self.producer = producer
        self.consumers = list(consumers)
        self.failures: list[BaseException] = []

    def run(self) -> None:
        self.loop = asyncio.new_event_loop()
        keeper = threading.Thread(target=self.loop.run_forever, daemon=True)
        keeper.start()
        self.queue = asyncio.run_coroutine_threadsafe(self.open(), self.loop).result()
        threads = [threading.Thread(target=self.produce, daemon=True)]
        for consumer in self.consumers:
            threads.append(threading.Thread(target=self.guard, args=(consumer,), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.loop.call_soon_threadsafe(self.loop.stop)
        keeper.join()
        self.loop.close()
        if self.failures:
            raise self.failures[0]

    def produce(self) -> None:
        self.guard(self.producer)
        self.loop.call_soon_threadsafe(self.queue.put_nowait, None)

    def guard(self, callback: Callable[[Any], object]) -> None:
        try:
            callback(self)
        except BaseException as error:
            self.failures.append(error)  # list.append is atomic

    async def open(self) -> asyncio.Queue[Any]:
        return asyncio.Queue()

    async def take(self) -> Any:
        item = await self.queue.get()
        if item is None:
            self.queue.put_nowait(None)
        return item

    def put(self, item: Any) -> None:
        if item is None:
            raise ValueError("None cannot be put")
        self.loop.call_soon_threadsafe(self.queue.put_nowait, item)

    def get(self) -> Any:
        return asyncio.run_coroutine_threadsafe(self.take(), self.loop).result()

    def ok(self) -> bool:
        return not self.failures
