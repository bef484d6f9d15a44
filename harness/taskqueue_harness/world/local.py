"""``threading.local`` under control: a dictionary for each fiber."""

from __future__ import annotations

import weakref
from typing import Any

from taskqueue_harness.fiber import Fiber
from taskqueue_harness.kernel import Kernel


class Local:
    """``threading.local``: attributes of their own for each fiber."""

    _virtual_kernel: Kernel

    def __new__(cls, /, *args: Any, **kwargs: Any) -> Local:
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = object.__new__(cls)
        state = _LocalState(args, kwargs)
        object.__setattr__(self, "_virtual_local_state", state)
        state.of(cls._virtual_kernel.current)
        return self

    def __getattribute__(self, name: str) -> Any:
        _switch(self)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "__dict__":
            raise AttributeError(
                f"{type(self).__name__!r} object attribute '__dict__' is read-only"
            )
        _switch(self)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if name == "__dict__":
            raise AttributeError(
                f"{type(self).__name__!r} object attribute '__dict__' is read-only"
            )
        _switch(self)
        object.__delattr__(self, name)

    __slots__ = ("__dict__", "__weakref__", "_virtual_local_state")


class _LocalState:
    """The dictionaries of one `Local`, by fiber; each goes when its thread ends."""

    __slots__ = ("__weakref__", "args", "dicts", "kwargs")

    def __init__(self, args: Any, kwargs: Any) -> None:
        self.args = args
        self.kwargs = kwargs
        self.dicts: dict[Fiber, dict[str, Any]] = {}

    def of(self, fiber: Fiber) -> dict[str, Any]:
        found = self.dicts[fiber] = {}
        fiber.locals.append(_Forgetter(self))
        return found

    def forget(self, fiber: Fiber) -> None:
        self.dicts.pop(fiber, None)


class _Forgetter:
    """Lets a fiber drop its values of a `Local` without keeping the `Local` alive."""

    __slots__ = ("_state",)

    def __init__(self, state: _LocalState) -> None:
        self._state = weakref.ref(state)

    def forget(self, fiber: Fiber) -> None:
        state = self._state()
        if state is not None:
            state.forget(fiber)


def _switch(self: Local) -> None:
    state: _LocalState = object.__getattribute__(self, "_virtual_local_state")
    fiber = type(self)._virtual_kernel.current
    own = state.dicts.get(fiber)
    if own is None:
        own = state.of(fiber)
        object.__setattr__(self, "__dict__", own)
        type(self).__init__(self, *state.args, **state.kwargs)
    else:
        object.__setattr__(self, "__dict__", own)
