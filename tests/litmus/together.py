"""Running functions side by side, with as few operations of its own as possible."""

from __future__ import annotations

import threading
from collections.abc import Callable


def together(first: Callable[[], object], *others: Callable[[], object]) -> None:
    """Run `first` in this thread and each of the others in one of its own; wait for all."""
    threads = [threading.Thread(target=function, daemon=True) for function in others]
    for thread in threads:
        thread.start()
    first()
    for thread in threads:
        thread.join()


class Record:
    """Anything shared, as attributes."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)
