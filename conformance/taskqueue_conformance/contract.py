"""The contract as data: every clause once, with what it asks, why, and where to look if it fails.

Everything that names a clause (tests, reports, baselines, the tables in the documentation) takes
it from here.  Ids are permanent: a retired clause leaves its number behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["CLAUSES", "CONTRACT_VERSION", "PROFILES", "SECTIONS", "Clause", "clauses_of", "lookup"]

CONTRACT_VERSION = "1"
"""Frozen per set of requirements; raised when an implementation that passed may begin to fail."""

PROFILES = ("core", "upstream", "strict")
"""From the least to the most demanding; each contains the ones before it."""

SECTIONS = {1: "Delivery", 2: "Termination", 3: "Propagation", 4: "Independence"}


@dataclass(frozen=True)
class Clause:
    """One sentence of the contract.

    Attributes:
        id: permanent id, ``TQ-<section>.<number>``.
        profile: the one profile it belongs to, of `PROFILES`.
        sentence: what must hold, as the reader of the contract sees it.
        intent: why it is asked.
        look: where to look first in an implementation that breaks it.
    """

    id: str
    profile: str
    sentence: str
    intent: str
    look: str

    @property
    def section(self) -> int:
        return int(self.id[3 : self.id.index(".")])

    @property
    def number(self) -> int:
        return int(self.id[self.id.index(".") + 1 :])

    def within(self, profile: str) -> bool:
        """Whether `profile` demands this clause."""
        return PROFILES.index(self.profile) <= PROFILES.index(profile)


_SECTION_1 = (
    Clause(
        "TQ-1.1",
        "core",
        "Every item put before the producer ends is delivered exactly once, as long as one "
        "consumer keeps taking until the end.",
        "A queue that loses or repeats items under load is worse than none: nothing fails and the "
        "result is wrong.",
        "The path between put() and get(): a check and an act in two steps, a notify that is lost, "
        "an end signal that overtakes items or is taken for one, a drain that stops early.",
    ),
    Clause(
        "TQ-1.2",
        "core",
        "Items are handed out in the order they were put (first in, first out), across all "
        "consumers.",
        "Producers rely on it: parts of a file, pages of a listing, a header before its body.",
        "The container: pop() where popleft() is meant, a priority queue without a sequence "
        "number, one queue per consumer, items put back.",
    ),
    Clause(
        "TQ-1.3",
        "core",
        "The object itself is delivered, not a copy, whatever it is: falsy, unhashable, "
        "incomparable, an exception, a class.",
        "An item is the user's business. 0, '' and [] are items, and so is an exception.",
        "`if not item` where `is None` is meant, sets and dicts of items, heaps of bare items, "
        "copy or pickle, `==` against a sentinel (an item may define __eq__).",
    ),
    Clause(
        "TQ-1.4",
        "core",
        "get() waits for an item or the end, however slow the producer; it neither raises nor "
        "ends early.",
        "A slow network must not look like the end of the work.",
        "A timeout on get(), queue.Empty that escapes or is taken for the end, a wait() whose "
        "return value is not looked at, a notify that wakes one waiter too many.",
    ),
    Clause(
        "TQ-1.5",
        "core",
        "put(None) is refused with an exception, and nothing is queued.",
        "None means the end: let in, it ends one consumer early and leaves items behind.",
        "The first lines of put(): the check must come before anything is queued.",
    ),
    Clause(
        "TQ-1.6",
        "core",
        "Items put before the producer failed are delivered, as long as one consumer keeps taking.",
        "What was handed over is work already promised: consumers decide by ok() whether to skip "
        "it, not the queue.",
        "The producer's except branch: a queue cleared, a flag that lets get() return the end "
        "before the items are gone.",
    ),
    Clause(
        "TQ-1.7",
        "core",
        "A consumer's failure takes no item from the others: the survivors receive all that it "
        "had not taken, items put after the failure included.",
        "One bad item must not silently cost the rest of the work.",
        "A failure flag that get() or put() looks at; a queue bound to the consumer that died; an "
        "item fetched ahead for it.",
    ),
    Clause(
        "TQ-1.8",
        "core",
        "An item that a consumer puts is delivered, if put() returned before the producer ended "
        "and one consumer keeps taking.",
        "Work that is found while working (a directory in a tree) goes back through the queue.",
        "put() tied to the producer's thread, or a put that does not wake a waiting consumer.",
    ),
    Clause(
        "TQ-1.9",
        "core",
        "put, get and ok work from any thread, helper threads of the callbacks included.",
        "Callbacks bring their own thread pools; the queue cannot know all its threads.",
        "threading.local, a table keyed by thread, current_thread() compared, an RLock released "
        "by another thread.",
    ),
    Clause(
        "TQ-1.10",
        "strict",
        "put(None) is refused under `python -O` as well.",
        "An assert is not a check: -O removes it, and None gets in.",
        "`assert data is not None` in put(): raise an exception instead.",
    ),
    Clause(
        "TQ-1.11",
        "strict",
        "A delivered item is not kept alive by the queue.",
        "Items can be large, and a consumer may wait long for the next one.",
        "A local variable or attribute that still holds the last item, a history list, a node "
        "that is unlinked but not emptied.",
    ),
)

_SECTION_2 = (
    Clause(
        "TQ-2.1",
        "core",
        "When the producer has returned and the items are taken, every consumer that asks "
        "receives the end, and run() returns.",
        "The end must reach everybody, not just the first who asks.",
        "How the end is signalled: one sentinel for several consumers, notify() where "
        "notify_all() is meant, a flag that is set or tested outside the lock that the waiting is "
        "done under, a count of consumers that is off.",
    ),
    Clause(
        "TQ-2.2",
        "core",
        "The same when the producer failed, at whatever point it failed.",
        "The failing path is the one that was never run before the day it matters.",
        "The producer's wrapper: the end must be signalled in a finally, after every kind of "
        "exception, before and after the first item. If TQ-2.1 fails as well, begin there.",
    ),
    Clause(
        "TQ-2.3",
        "core",
        "run() comes back only when the producer and every consumer have ended, unless it is "
        "interrupted.",
        "The caller goes on as if the work were done: files are closed under running consumers.",
        "The joins in run(): one left out, a join with a timeout that is not repeated, an early "
        "raise at the first failure.",
    ),
    Clause(
        "TQ-2.4",
        "core",
        "put() never waits for consumers: a producer finishes although all consumers are dead, "
        "however much it puts.",
        "A bounded queue blocks the producer for ever once nobody takes from it.",
        "Queue(maxsize=...), a semaphore in put(), queue.join(), a put that waits to be taken.",
    ),
    Clause(
        "TQ-2.5",
        "core",
        "When every consumer has ended early, by failing or by returning, run() still comes back "
        "once the producer has ended, items left over or not.",
        "A run that waits for items that nobody will take never ends.",
        "queue.join(), a wait for an empty queue, a count of items done, an end signal that must "
        "be taken before run() goes on.",
    ),
    Clause(
        "TQ-2.6",
        "core",
        "run() comes back within 2 s of the last callback's end.",
        "Seconds lost at every run add up, and a longer wait reads as a hang.",
        "The wait at the end of run(): long polling intervals, joins with timeouts one after the "
        "other, a pool that is slow to shut down.",
    ),
    Clause(
        "TQ-2.7",
        "core",
        "Repeated runs do not pile up threads.",
        "A service that makes a queue per request dies of 'can't start new thread' after a day.",
        "Helper threads without an end: watchers, pools that are never shut down, timers.",
    ),
    Clause(
        "TQ-2.8",
        "core",
        "All callbacks are in progress at the same time: N + 1 callbacks can meet at a barrier.",
        "Callbacks may wait for each other; run one after the other they wait for ever.",
        "A pool smaller than N + 1, a lock held while a callback runs, callbacks run in sequence.",
    ),
    Clause(
        "TQ-2.9",
        "core",
        "With no consumers, run() comes back once the producer has ended (or refuses, see 2.13).",
        "An empty list is an easy mistake: it may be refused, but it must not hang.",
        "A pool of size zero, a division by the number of consumers, a wait for the last consumer.",
    ),
    Clause(
        "TQ-2.10",
        "upstream",
        "KeyboardInterrupt in the thread that called run() leaves run() within a second, although "
        "callbacks are stuck.",
        "Ctrl-C must work on a program whose network hangs.",
        "A join() without timeout in run(), an except that swallows KeyboardInterrupt, a with "
        "block that waits for its pool on the way out, callbacks run in the caller's thread.",
    ),
    Clause(
        "TQ-2.11",
        "upstream",
        "Stuck callbacks do not keep the process alive after that (daemon threads).",
        "After Ctrl-C the process must end, not wait for a dead connection.",
        "daemon=True, set before start(); executors and pools join their threads at exit.",
    ),
    Clause(
        "TQ-2.12",
        "strict",
        "The end is sticky: a consumer that asks again gets None again at once, and takes nobody "
        "else's end.",
        "One sentinel per consumer makes a consumer that asks twice hang another one.",
        "Sentinels in the queue: put the sentinel back, or use a closed flag that get() looks at.",
    ),
    Clause(
        "TQ-2.13",
        "strict",
        "No consumers at all is refused with ValueError: items would be lost in silence.",
        "The run succeeds and nothing was done.",
        "The constructor (or run()): check that there is at least one consumer.",
    ),
    Clause(
        "TQ-2.14",
        "strict",
        "When a thread cannot be started, run() raises that error, those already started that "
        "poll ok() or wait for the end come to their end, and nothing is left alive.",
        "Under memory pressure the nth start fails, and the threads before it wait for ever.",
        "The start loop in run(): a failure there must count as a failure (ok() False) at once, "
        "signal the end, and join what was started, no less and no more.",
    ),
    Clause(
        "TQ-2.15",
        "strict",
        "A second run() raises RuntimeError at once and disturbs nothing, during the first run "
        "and after it.",
        "A second run meets the first one's end signals and its stale error.",
        "A 'started' flag, tested and set under the lock as run()'s first act.",
    ),
    Clause(
        "TQ-2.16",
        "strict",
        "An interrupt of run() turns ok() False, so that callbacks that poll it stop.",
        "After Ctrl-C the callbacks are the only ones who can clean up behind themselves.",
        "run()'s wait: on any exception there, record it as the failure before it goes on.",
    ),
    Clause(
        "TQ-2.17",
        "strict",
        "run() comes back within 0.1 s of the last callback's end: no polling delay.",
        "Small jobs pay for every poll interval.",
        "sleep() or wait(timeout) in run()'s loop: wait on what is signalled instead.",
    ),
    Clause(
        "TQ-2.18",
        "strict",
        "run() leaves no thread behind: what it started has ended, or is past its last wait and "
        "ends by itself at once.",
        "A thread that lives on holds the callbacks and, not being a daemon, the process.",
        "Helper threads of the implementation: join them, or end them before run() returns.",
    ),
)

_SECTION_3 = (
    Clause(
        "TQ-3.1",
        "core",
        "A failure of the producer is raised by run().",
        "A failed upload that returns normally is reported as done.",
        "The wrapper around the producer: what it stores, and whether run() looks at it last.",
    ),
    Clause(
        "TQ-3.2",
        "core",
        "A failure of a consumer is raised by run().",
        "The same, for any of the consumers, early or late.",
        "The wrapper around each consumer; run() must look at the outcome of every one.",
    ),
    Clause(
        "TQ-3.3",
        "core",
        "It is the same exception object, and its traceback reaches the line that raised it.",
        "Callers catch by type, read attributes, and debug by traceback.",
        "raise from a copy, wrapping in RuntimeError, str(e) carried over, with_traceback(None), "
        "an exception that went through pickle.",
    ),
    Clause(
        "TQ-3.4",
        "core",
        "Of several failures the first is raised. A comes before B only if B's callback saw ok() "
        "False, A being the only failure so far, before B left it; otherwise they overlap and "
        "either will do.",
        "The first failure is the cause, later ones are its consequences.",
        "The store of the failure: `if self.error is None` under the lock; a list sorted by "
        "thread; the producer's error preferred to an earlier one.",
    ),
    Clause(
        "TQ-3.5",
        "core",
        "Every BaseException counts: SystemExit, KeyboardInterrupt and GeneratorExit raised in a "
        "callback are neither lost nor cause a hang.",
        "sys.exit() in a callback ends its thread without a word, and the others wait for ever.",
        "`except Exception` in the wrappers: it lets these three pass. For other kinds: an except "
        "clause that was meant for the wrapper's own get() or wait(), `if self.error:` where "
        "`is not None` is meant, failures as keys or compared by ==, attributes set on them.",
    ),
    Clause(
        "TQ-3.6",
        "core",
        "ok() is True until a callback fails, False within a second of that, for every thread, "
        "and never True again during that run.",
        "It is how callbacks learn that their work is in vain.",
        "The flag behind ok(): cleared by a later success, kept per thread, set only when run() "
        "notices.",
    ),
    Clause(
        "TQ-3.7",
        "core",
        "When the producer has failed, ok() is False before any consumer receives the end.",
        "A consumer that sees the end and ok() True commits the work as complete.",
        "The order in the producer's except branch: first the failure, then the end.",
    ),
    Clause(
        "TQ-3.8",
        "core",
        "Without a failure run() returns None.",
        "Drop-in means the same in the good case too.",
        "The last lines of run(): a return value, a raise of an internal exception.",
    ),
    Clause(
        "TQ-3.9",
        "strict",
        "Later failures are not lost in silence: each is logged with its traceback (`logging`, "
        "WARNING or above, any logger).",
        "Only the first can be raised; the others are evidence all the same.",
        "The branch that finds a failure already stored: log it with exc_info.",
    ),
    Clause(
        "TQ-3.10",
        "strict",
        "Nothing keeps the queue, its items or the callbacks' locals alive once run() has raised "
        "and the caller has dropped queue and exception: no reference cycle is left.",
        "An exception holds its frames, the frames hold the queue, the queue holds the exception: "
        "gigabytes wait for the collector.",
        "`raise self.error`: drop the attribute and the local name in a finally.",
    ),
    Clause(
        "TQ-3.11",
        "strict",
        "An exception that cannot be formatted (its own attributes raise) is propagated like any "
        "other and causes no hang.",
        "Formatting inside the except branch raises again, and the end is never signalled.",
        "traceback.format_exc(), str(e) or logging before the end is signalled or the failure "
        "stored.",
    ),
)

_SECTION_4 = (
    Clause(
        "TQ-4.1",
        "core",
        "Instances share nothing.",
        "Two uploads at once must not take each other's parts.",
        "Class attributes and module globals that hold queues, threads or errors; mutable default "
        "arguments; a table by id() that keeps entries; a mark on the thread that another queue, "
        "run in a callback, finds.",
    ),
    Clause(
        "TQ-4.2",
        "core",
        "Constructing one calls neither producer nor consumers.",
        "Users build the queue first and set up what the callbacks need afterwards.",
        "The constructor: it stores, it does not call.",
    ),
    Clause(
        "TQ-4.3",
        "core",
        "Each entry of `consumers` is started once; the same callable may stand in it several "
        "times.",
        "`[consumer] * 8` is the usual way to ask for eight consumers.",
        "A set or dict of consumers, a name per callable, a consumer that is restarted.",
    ),
    Clause(
        "TQ-4.4",
        "core",
        "Any callable serves: function, partial, bound method, lambda, object with `__call__`.",
        "Callbacks need state; functools.partial is the usual way to bring it.",
        "`__name__`, `__code__`, inspect.isfunction, a test for the number of arguments, a use of "
        "what the callback returns.",
    ),
    Clause(
        "TQ-4.5",
        "strict",
        "`consumers` may be any iterable, and changing the list afterwards changes nothing.",
        "len() of a generator raises in the middle of the run; a changed list loses an end.",
        "The constructor: take `tuple(consumers)` once.",
    ),
    Clause(
        "TQ-4.6",
        "strict",
        "Constructing one starts no thread.",
        "A queue that is never run must cost nothing and leave nothing.",
        "Pools and watchers made in the constructor: make them in run().",
    ),
)

CLAUSES: tuple[Clause, ...] = _SECTION_1 + _SECTION_2 + _SECTION_3 + _SECTION_4

_BY_ID = {clause.id: clause for clause in CLAUSES}


def lookup(clause_id: str) -> Clause:
    """The clause with this id.

    Raises:
        KeyError: no such clause; the message lists the ids there are.
    """
    try:
        return _BY_ID[clause_id]
    except KeyError:
        raise KeyError(
            f"no clause {clause_id!r} in contract version {CONTRACT_VERSION}; "
            f"there are {', '.join(_BY_ID)}"
        ) from None


def clauses_of(profile: str) -> Iterator[Clause]:
    """The clauses that `profile` demands, in the order of the contract."""
    return (clause for clause in CLAUSES if clause.within(profile))
