"""What runs in the supervised child: load the implementation once, perform scenarios on it.

`prepare` and `perform` are the two entry points that `taskqueue_harness.supervise` calls.
"""

from __future__ import annotations

import _thread
import gc
import logging
import os
import signal
import sys
import traceback
import warnings
import weakref
from collections.abc import Callable, Mapping
from importlib import metadata
from os import _exit
from time import sleep as _sleep
from typing import Any

from taskqueue_conformance import measure
from taskqueue_conformance.engine.job import Job
from taskqueue_conformance.engine.scope import place_of, warm_up
from taskqueue_conformance.engine.searching import search, show
from taskqueue_conformance.history import actor_name
from taskqueue_conformance.items import Item
from taskqueue_conformance.loading import MEMBERS, Unusable, files_of, load, names_of
from taskqueue_conformance.perform import Performance
from taskqueue_conformance.preempt import Preemption
from taskqueue_conformance.stage import RealStage
from taskqueue_conformance.watch import Limits, Watch, stacks
from taskqueue_conformance.workload import Scenario
from taskqueue_harness.supervised import Reply

__all__ = ["perform", "prepare"]

# Foreign code may replace these, so they are held on to.
_getswitchinterval, _setswitchinterval = sys.getswitchinterval, sys.setswitchinterval

_subject: Any = None
_target = ""
_files: list[str] = []
_coverage: dict[str, str] | None = None


def prepare(argument: Mapping[str, Any]) -> dict[str, Any]:
    """Load the implementation. The answer has "error", or what there is to know about it."""
    global _subject, _target, _files, _coverage
    # The host's `-W error` governs the suite, not foreign code: oss2 does not even import under it.
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    sys.path.insert(0, argument["cwd"])
    _coverage = argument.get("coverage")
    covering = measure.begin(_coverage, argument["target"]) if _coverage else None
    try:
        _subject = load(argument["target"])
    except Unusable as exc:
        return {"error": str(exc)}
    finally:
        if covering is not None:
            measure.finish(covering)
    _files = files_of(_subject)
    _target = argument["target"]
    warm_up(getattr(_subject, "__module__", None) or names_of(_target)[0])
    return {
        "files": _files,
        "name": getattr(_subject, "__qualname__", type(_subject).__qualname__),
        "version": _version(argument["target"]),
        "not_applicable": dict(getattr(_subject, "not_applicable", {})),
    }


def _version(target: str) -> str | None:
    """Name and version of the distribution that the implementation comes from, if it has one."""
    module = sys.modules.get(target.partition(":")[0].partition(".")[0])
    if module is None:
        return None
    names = metadata.packages_distributions().get(module.__name__)
    return f"{names[0]} {metadata.version(names[0])}" if names else None


def perform(payload: Mapping[str, Any], reply: Reply) -> bool:
    """Perform one scenario, or the smoke step; reply with what was seen."""
    if payload.get("smoke"):
        reply(_smoke())
        return False
    if "job" in payload:
        _explore(payload, reply)
        return False
    scenario = Scenario.from_json(payload["scenario"])
    session = _Session(scenario, Limits(**payload["limits"]), reply)
    session.run()
    return scenario.leave_by_exit


def _explore(payload: Mapping[str, Any], reply: Reply) -> None:
    """Explore a job, or show one execution of it."""
    os.nice(5)  # runs on real threads are about time, and go first
    job, stall = Job.from_json(payload["job"]), payload["stall"]
    _beat_always(reply)
    place, scope = place_of(_subject, *names_of(_target))
    if "schedule" in payload:
        found = show(
            job,
            payload["schedule"],
            place,
            scope,
            smaller=payload["smaller"],
            stall=stall,
        )
    else:
        found = search(job, place, scope, stall=stall)
    reply(found.to_json())


def _beat_always(reply: Reply) -> None:
    """Tell the supervisor that this process lives, from a thread of its own.

    The engine itself ends what makes no progress. What it cannot end is a call into C that holds
    the interpreter; then there is no beat either.
    """

    def body() -> None:
        while True:
            reply.beat()
            _sleep(1.0)

    _thread.start_new_thread(body, ())


def _smoke() -> dict[str, Any]:
    """Build one and look at its members, without running anything."""
    try:
        queue = _subject(lambda q: None, [lambda q: None])
    except Exception as exc:
        where = traceback.extract_tb(exc.__traceback__)[-1]
        return {
            "error": f"subject(producer, consumers) raises {type(exc).__name__}: {exc} "
            f"({where.filename}:{where.lineno})"
        }
    missing = [name for name in MEMBERS if not callable(_member(queue, name))]
    if missing:
        what = f"the {type(queue).__name__} that it builds has no method"
        return {"error": f"{what} {', '.join(missing)}; it needs {', '.join(MEMBERS)}"}
    return {"built": type(queue).__qualname__}


def _member(queue: Any, name: str) -> Any:
    try:
        return getattr(queue, name, None)
    except Exception:
        return None


class _Session:
    """One scenario, from the first construction to the reply."""

    def __init__(self, scenario: Scenario, limits: Limits, reply: Reply) -> None:
        self.scenario = scenario
        self.reply = reply
        self.stage = RealStage(scenario.preempt)
        self.performances: list[Performance] = []
        self.notes: dict[str, Any] = {}
        self.finished = False
        """Whether all runs have come back: what is left is to report them."""
        self.measuring = _thread.allocate_lock()
        self.watch = Watch(
            limits, self._progress, self._awake_at, reply.beat, self._calm, self._alarm
        )
        self.covering = measure.begin(_coverage, "") if _coverage else None
        self.preemption = Preemption(scenario.preempt, _files, lines=self.covering is None)
        self.usual_interval = _getswitchinterval()
        self.logged: list[dict[str, Any]] = []
        self.watch.start()

    def run(self) -> None:
        scenario = self.scenario
        if scenario.switch_interval is not None:
            _setswitchinterval(scenario.switch_interval)
        if "logging" in scenario.observe:
            self._listen()
        if "memory" in scenario.observe:
            gc.disable()
        before = self._threads()
        with self.preemption:
            if scenario.peers > 1:
                self._run_peers()
            elif scenario.nested:
                self._run_nested()
            else:
                self._run_in_turn(before)
        self.finished = True
        self.reply.done()
        self._send("", "")
        self.watch.stop()

    def _run_in_turn(self, before: set[int]) -> None:
        scenario = self.scenario
        counts = []
        for number in range(scenario.runs):
            previous = self.performances[-1] if self.performances and not scenario.kept else None
            performance = self._performance(number)
            if not performance.construct(_subject, after=previous):
                continue
            if scenario.only_construct:
                self.stage.sleep(0.2)
                self.notes["threads_left"] = len(self._settled_threads(before))
                continue
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if scenario.start_limit is not None:
                self._limit_starts(scenario.start_limit, performance.run)
            else:
                performance.run_by_all()
            # An interrupt meant for run() that comes a moment too late is nobody's business.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            if "threads" in scenario.observe:
                self.notes["threads_left"] = len(self._settled_threads(before))
                if self.notes["threads_left"]:
                    self.notes["stacks"] = self._stacks()
            if scenario.run_again:
                self._settle(performance)
                performance.run_again()
            self._settle(performance)
            if "memory" in scenario.observe:
                self._look_at_memory(performance)
            if scenario.runs > 10 and (number + 1) % (scenario.runs // 4) == 0:
                counts.append(len(self._settled_threads(before)))
        if counts:
            self.notes["thread_counts"] = counts

    def _performance(self, number: int) -> Performance:
        performance = Performance(self.scenario, self.stage, number)
        performance.items.elsewhere = self._known_elsewhere
        self.performances.append(performance)
        return performance

    def _run_nested(self) -> None:
        outer, inner = self._performance(0), self._performance(1)

        def another() -> None:
            if inner.construct(_subject):
                inner.run()
                self._settle(inner)

        outer.another = another
        if outer.construct(_subject):
            outer.run()
            self._settle(outer)

    def _run_peers(self) -> None:
        joins = []
        for number in range(self.scenario.peers):
            performance = self._performance(number)
            if performance.construct(_subject):
                joins.append(self.stage.spawn(performance.run))
        for join in joins:
            join()
        for performance in self.performances:
            self._settle(performance)

    def _known_elsewhere(self, item: Item) -> bool:
        return any(performance.items.knows(item) for performance in self.performances)

    def _settle(self, performance: Performance) -> None:
        """Wait for callbacks that outlive run(), as long as they show signs of life."""
        # Where run() has left early, what it started may be about to begin.
        give_up = self.stage.now() + 500_000
        while not performance.all_begun() and self.stage.now() < give_up:
            self.stage.sleep(0.002)
        quiet_since, seen = self.stage.now(), len(performance.events)
        while not performance.all_left():
            self.stage.sleep(0.002)
            count = len(performance.events)
            now = self.stage.now()
            others = [t for i, t in list(self.stage.awake_at.items()) if i != _thread.get_ident()]
            if count != seen or max(others, default=0) > now:
                quiet_since, seen = now, count
            elif now - quiet_since > 1_000_000:
                return

    def _look_at_memory(self, performance: Performance) -> None:
        """Drop the queue and see what else goes with it; the collector is off."""
        refs: list[weakref.ref[Any]] = []
        try:
            refs.append(weakref.ref(performance.queue))
        except TypeError:
            self.notes["queue_ref"] = False
        performance.drop()
        give_up = self.stage.now() + 1_000_000
        while self.stage.now() < give_up:
            alive = performance.alive()
            alive["queue"] = sum(ref() is not None for ref in refs)
            if not any(alive.values()):
                break
            self.stage.sleep(0.01)
        self.notes["alive"] = alive

    def _limit_starts(self, count: int, run: Callable[[], None]) -> None:
        """Let `count` threads be started and no more, by the address space that is left.

        Stacks of 1 GiB make one start the only thing that is too large for what is left; nothing
        else in the process needs as much as half of that at a time.
        """
        import resource

        stack = 1 << 30
        _thread.stack_size(stack)
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + count * stack + stack * 5 // 8, hard))
        try:
            run()
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    # -- threads -------------------------------------------------------------------------------

    def _threads(self) -> set[int]:
        """Ids of the operating system's threads of this process, the watching one left out."""
        try:
            ids = {int(name) for name in os.listdir("/proc/self/task")}
        except OSError:
            ids = set(sys._current_frames()) - {self.watch.ident}
        return ids - {self.watch.native_id}

    def _settled_threads(self, before: set[int]) -> set[int]:
        """The threads that are there and were not; those on their way out get half a second."""
        give_up = self.stage.now() + 500_000
        left = self._threads() - before
        while left and self.stage.now() < give_up:
            self.stage.sleep(0.005)
            left = self._threads() - before
        return left

    # -- logging -------------------------------------------------------------------------------

    def _listen(self) -> None:
        original = logging.getLogRecordFactory()

        def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = original(*args, **kwargs)
            self._heard(record)
            return record

        logging.setLogRecordFactory(factory)

    def _heard(self, record: logging.LogRecord) -> None:
        for performance in self.performances:
            if (heard := performance.failures.hear(record)) is not None:
                self.logged.append(heard)

    # -- the watch -----------------------------------------------------------------------------

    def _progress(self) -> int:
        return sum(len(performance.events) for performance in self.performances)

    def _awake_at(self) -> float:
        return max(list(self.stage.awake_at.values()), default=0) / 1e6

    def _calm(self) -> bool:
        """Let threads be switched as usual from here on; False if they are already."""
        forced = self.preemption.active or _getswitchinterval() < self.usual_interval
        self.preemption.stop()
        if forced:
            _setswitchinterval(self.usual_interval)
        return forced

    def _alarm(self, kind: str, sentence: str, seen: int) -> bool:
        """Report what the watch has found and end the process; False if the run has gone on.

        On a crowded machine a report takes seconds, in which nothing keeps the run from going on.
        A hang that has been overtaken by an event, or by the end, was none.
        """

        def overtaken() -> bool:
            return kind == "hang" and (self.finished or self._progress() != seen)

        over = True
        try:
            over = not overtaken() and self._send(kind, sentence, overtaken)
        finally:
            if over:
                _exit(3)
        return False

    def _stacks(self) -> list[dict[str, Any]]:
        names = {}
        for performance in self.performances:
            names.update({i: actor_name(actor) for i, actor in performance.idents.items()})
        return stacks(names, (self.watch.ident,))

    def _send(self, kind: str, sentence: str, overtaken: Callable[[], bool] | None = None) -> bool:
        """Report what was seen; False if that was taken back, or another report came first.

        This runs in two threads at a time where a run ends as the watch gives it up. Neither may
        end the process before one of them has replied, and `Reply` sees to that.
        """
        notes = dict(self.notes)
        if kind:
            notes["stacks"] = self._stacks()
        if self.logged:
            notes["logged"] = self.logged
        self._finish_measuring()
        hang = sentence if kind == "hang" else None
        histories = []
        for performance in [one for one in self.performances if one.begun]:
            self.reply.beat()  # the watch, which is to do it, may be the one that is busy here
            histories.append(performance.history(hang, {}).to_json())
        slow = sentence if kind == "slow" else None
        return self.reply({"histories": histories, "notes": notes, "slow": slow}, overtaken)

    def _finish_measuring(self) -> None:
        with self.measuring:
            covering, self.covering = self.covering, None
            if covering is not None:
                measure.finish(covering)
