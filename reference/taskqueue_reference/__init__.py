"""A small, verified TaskQueue to hold beside your own in code review.

`taskqueue_reference.task_queue` is the page to read; the contract it meets is ``CONTRACT.md``.
"""

from taskqueue_reference.task_queue import TaskQueue

__all__ = ["TaskQueue"]
