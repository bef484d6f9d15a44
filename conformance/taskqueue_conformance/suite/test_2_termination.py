"""Section 2 of the contract: termination."""

from __future__ import annotations

from taskqueue_conformance import bounded, scenarios
from taskqueue_conformance.clause import Seen, clause
from taskqueue_conformance.oracles import special, termination


@clause("TQ-2.1", on=scenarios.regular, explored=bounded.ordinary)
def test_2_1_the_end_reaches_everybody(seen: Seen) -> None:
    """When the producer has returned and the items are taken, every consumer that asks receives
    the end, and run() returns.
    """
    seen.contradicts_nothing(termination.end_reaches_everybody)


@clause("TQ-2.2", on=scenarios.regular, explored=bounded.ordinary)
def test_2_2_the_end_after_a_failed_producer(seen: Seen) -> None:
    """The same when the producer failed, at whatever point it failed."""
    seen.contradicts_nothing(termination.end_after_producer_failed)


@clause("TQ-2.3", on=scenarios.regular, explored=bounded.ordinary)
def test_2_3_run_waits_for_everybody(seen: Seen) -> None:
    """run() comes back only when the producer and every consumer have ended, unless it is
    interrupted.
    """
    seen.contradicts_nothing(termination.run_waits_for_all)


@clause("TQ-2.4", on=scenarios.late_puts, explored=bounded.ordinary)
def test_2_4_put_never_waits(seen: Seen) -> None:
    """put() never waits for consumers: a producer finishes although all consumers are dead,
    however much it puts.
    """
    seen.contradicts_nothing(termination.put_never_waits)


@clause("TQ-2.5", on=scenarios.leftovers, explored=bounded.ordinary)
def test_2_5_run_ends_without_takers(seen: Seen) -> None:
    """When every consumer has ended early, by failing or by returning, run() still comes back once
    the producer has ended, items left over or not.
    """
    seen.contradicts_nothing(termination.run_ends_without_takers)


@clause("TQ-2.6", on=scenarios.regular, explored=bounded.ordinary)
def test_2_6_run_ends_in_time(seen: Seen) -> None:
    """run() comes back within 2 s of the last callback's end."""
    seen.contradicts_nothing(termination.run_ends_in_time)


@clause("TQ-2.7", on=scenarios.many_runs)
def test_2_7_threads_do_not_pile_up(seen: Seen) -> None:
    """Repeated runs do not pile up threads."""
    seen.shows_nothing(special.threads_do_not_pile_up)


@clause("TQ-2.8", on=scenarios.regular, explored=bounded.ordinary)
def test_2_8_all_at_the_same_time(seen: Seen) -> None:
    """All callbacks are in progress at the same time: N + 1 callbacks can meet at a barrier."""
    seen.contradicts_nothing(termination.all_at_once)


@clause("TQ-2.9", on=scenarios.regular, explored=bounded.ordinary)
def test_2_9_run_ends_without_consumers(seen: Seen) -> None:
    """With no consumers, run() comes back once the producer has ended (or refuses, see 2.13)."""
    seen.contradicts_nothing(termination.run_ends_without_consumers)


@clause("TQ-2.10", on=scenarios.stuck_and_interrupted, explored=bounded.interrupted)
def test_2_10_an_interrupt_leaves_run(seen: Seen) -> None:
    """KeyboardInterrupt in the thread that called run() leaves run() within a second, although
    callbacks are stuck.
    """
    seen.shows_nothing(special.interrupt_leaves_run)


@clause("TQ-2.11", on=scenarios.stuck_at_exit)
def test_2_11_stuck_callbacks_do_not_keep_the_process(seen: Seen) -> None:
    """Stuck callbacks do not keep the process alive after that (daemon threads)."""
    seen.shows_nothing(special.process_ends)


@clause("TQ-2.12", variants=scenarios.asking_again, explored=bounded.asking_again)
def test_2_12_the_end_is_sticky(seen: Seen) -> None:
    """The end is sticky: a consumer that asks again gets None again at once, and takes nobody
    else's end.
    """
    seen.makes_no_difference(special.end_is_sticky)


@clause("TQ-2.13", on=scenarios.no_consumers, explored=bounded.no_consumers)
def test_2_13_no_consumers_is_refused(seen: Seen) -> None:
    """No consumers at all is refused with ValueError: items would be lost in silence."""
    seen.shows_nothing(special.no_consumers_refused)


@clause("TQ-2.14", on=scenarios.failing_starts, explored=bounded.failing_starts)
def test_2_14_a_thread_that_cannot_be_started(seen: Seen) -> None:
    """When a thread cannot be started, run() raises that error, those already started that poll
    ok() or wait for the end come to their end, and nothing is left alive.
    """
    seen.shows_nothing(special.failed_start)


@clause("TQ-2.15", variants=scenarios.running_again, explored=bounded.running_again)
def test_2_15_a_second_run_is_refused(seen: Seen) -> None:
    """A second run() raises RuntimeError at once and disturbs nothing, during the first run and
    after it.
    """
    seen.makes_no_difference(special.second_run_refused)


@clause("TQ-2.16", on=scenarios.interrupted_and_polled, explored=bounded.interrupted_and_polled)
def test_2_16_an_interrupt_turns_ok_false(seen: Seen) -> None:
    """An interrupt of run() turns ok() False, so that callbacks that poll it stop."""
    seen.shows_nothing(special.interrupt_turns_ok_false)


@clause("TQ-2.17", on=scenarios.prompt_returns, explored=bounded.prompt_returns)
def test_2_17_run_ends_at_once(seen: Seen) -> None:
    """run() comes back within 0.1 s of the last callback's end: no polling delay."""
    seen.contradicts_nothing(termination.run_ends_at_once)


@clause("TQ-2.17", on=scenarios.regular)
def test_2_17_run_ends_at_all(seen: Seen) -> None:
    """run() comes back ... of the last callback's end ..."""
    seen.contradicts_nothing(termination.run_ends_at_all)


@clause("TQ-2.18", on=scenarios.threads_left, explored=bounded.threads_left)
def test_2_18_no_thread_is_left_behind(seen: Seen) -> None:
    """run() leaves no thread behind: what it started has ended, or is past its last wait and ends
    by itself at once.
    """
    seen.shows_nothing(special.threads_left_behind)
