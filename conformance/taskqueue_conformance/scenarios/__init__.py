"""The catalogue: families of scenarios, by what they put to the test.

A family is a function from a `Depth` to scenarios.  `regular` is the large one, judged by every
universal oracle; the others are for one clause each.  A *variant* is a regular scenario with one
thing changed: if it goes wrong and its twin does not, that one thing is to blame.
"""

from taskqueue_conformance.scenarios.everyday import faults_at_every_point, regular
from taskqueue_conformance.scenarios.load import stress
from taskqueue_conformance.scenarios.shared import TAKER, Pair
from taskqueue_conformance.scenarios.special import (
    asking_again,
    delivered,
    dropped_queues,
    failing_starts,
    failures_told,
    freed_items,
    interrupted_and_polled,
    late_puts,
    later_failures,
    leftovers,
    many_runs,
    no_consumers,
    none_under_optimisation,
    only_constructed,
    prompt_returns,
    running_again,
    stuck_and_interrupted,
    stuck_at_exit,
    threads_left,
)
from taskqueue_conformance.scenarios.variants import (
    helper_threads,
    kinds_of_callable,
    kinds_of_failure,
    kinds_of_iterable,
    odd_items,
    refused_none,
    repeated_items,
    same_callable,
    several_queues,
    unformattable_failures,
)

__all__ = [
    "TAKER",
    "Pair",
    "asking_again",
    "delivered",
    "dropped_queues",
    "failing_starts",
    "failures_told",
    "faults_at_every_point",
    "freed_items",
    "helper_threads",
    "interrupted_and_polled",
    "kinds_of_callable",
    "kinds_of_failure",
    "kinds_of_iterable",
    "late_puts",
    "later_failures",
    "leftovers",
    "many_runs",
    "no_consumers",
    "none_under_optimisation",
    "odd_items",
    "only_constructed",
    "prompt_returns",
    "refused_none",
    "regular",
    "repeated_items",
    "running_again",
    "same_callable",
    "several_queues",
    "stress",
    "stuck_and_interrupted",
    "stuck_at_exit",
    "threads_left",
    "unformattable_failures",
]
