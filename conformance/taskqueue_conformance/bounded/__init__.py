"""The bounded scenarios: what the engine explores, by what they put to the test.

A family is a function from a `Depth` to jobs. Small scenarios are exhausted, with at most one fault
(an exception at any point of a callback, a thread that cannot be started, an interrupt of run()
before any of its operations) or one early timeout in each execution. Those that are too large for
that are sampled. Time is virtual here: an hour costs nothing.
"""

from taskqueue_conformance.bounded.everyday import in_order, ordinary
from taskqueue_conformance.bounded.variants import (
    asking_again,
    constructed_calls,
    constructed_starts,
    failing_starts,
    helper_threads,
    interrupted,
    interrupted_and_polled,
    kinds_of_callable,
    kinds_of_iterable,
    later_failures,
    no_consumers,
    odd_items,
    prompt_returns,
    refused_none,
    running_again,
    same_callable,
    several_queues,
    special_failures,
    threads_left,
    unprintable_failures,
)

__all__ = [
    "asking_again",
    "constructed_calls",
    "constructed_starts",
    "failing_starts",
    "helper_threads",
    "in_order",
    "interrupted",
    "interrupted_and_polled",
    "kinds_of_callable",
    "kinds_of_iterable",
    "later_failures",
    "no_consumers",
    "odd_items",
    "ordinary",
    "prompt_returns",
    "refused_none",
    "running_again",
    "same_callable",
    "several_queues",
    "special_failures",
    "threads_left",
    "unprintable_failures",
]
