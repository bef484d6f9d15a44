"""A conformance suite for TaskQueue implementations.

Run it with ``pytest conformance --impl mymodule:TaskQueue`` in a checkout, with
``pytest --pyargs taskqueue_conformance.suite --impl mymodule:TaskQueue`` where it is installed, or
as a gate with ``taskqueue-conformance mymodule:TaskQueue``.
"""

from taskqueue_conformance.adapters import HandlerAdapter, PullAdapter

__all__ = ["HandlerAdapter", "PullAdapter"]
