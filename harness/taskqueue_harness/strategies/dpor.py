"""Source-DPOR with sleep sets: one execution for each order of dependent operations.

After Abdulla, Aronsis, Jonsson, Sagonas, "Source sets" (POPL 2014; JACM 2017), for the structure;
Flanagan and Godefroid (POPL 2005) for what may be co-enabled; Godefroid (1996) for sleep sets.

The idea. Run any schedule. Look for *races*: two dependent operations of different threads that
nothing else keeps in order. For each, note at the point before the first of them that another
thread should go first (the *backtrack set*), so that a later execution has them the other way
round. Go back to the deepest point with something noted, and repeat until nothing is. A *sleep set*
keeps out what was seen already: once thread p has been explored from a point, p need not run there
first again, until something dependent on p's operation has run.

What had to be added to the papers' account:

* Locks, queues and joins. An acquisition races with the acquisition before it, whatever release
  lies in between, so races are judged by what the *thread* knows before its operation. Threads that
  end up blocked are raced as if their operation had run, or the deadlock hides the order that
  avoids it. A release never races with an acquisition that can only wait: such order is carried by
  stamps (see `operations`).
* Time. The clock moves when nothing can run, which is dependent on everything: all threads know all
  events after it. Before it moves, what is blocked is raced.
* Deviations: early timeouts, interrupts, injected faults and failed starts, at most so many in one
  execution. A bound on their number would make all of them dependent on each other, which no
  reduction survives. Instead each *plan*, a set of deviations named by thread and the thread's own
  count of operations, is a program of its own, exhausted by itself. The empty plan comes first, and
  each plan yields the larger ones: whatever a thread reached there may deviate in the next. Every
  execution with its deviations belongs to exactly one plan. Executions in which a planned deviation
  did not come about belong to a smaller plan and count as redundant.
* The end of the program. A main thread that is through is held back until daemon threads wait,
  since an operation that never ran cannot race.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from taskqueue_harness import operations as ops
from taskqueue_harness.fiber import Alternative, Deviation, Fiber
from taskqueue_harness.kernel import Kernel
from taskqueue_harness.outcome import Outcome, Tid, name_of
from taskqueue_harness.strategies.base import Strategy
from taskqueue_harness.strategies.clocks import Moment, Place, advance, conflicts, join, knows

CLOCK: Final[Tid] = (-1,)

Slip = tuple[Tid, int, str, int]
"""A deviation by name: thread, its count of operations (or draws), kind, value."""

Plan = frozenset[Slip]


class Node:
    """A point of the current execution where something ran, and what else should there."""

    __slots__ = ("back", "done", "enabled", "pick", "sleep")

    def __init__(self, pick: Tid, enabled: list[Tid], sleep: set[Tid]) -> None:
        self.pick = pick
        self.enabled = enabled
        self.sleep = sleep
        self.back = {pick}
        self.done: set[Tid] = set()


class Event:
    """Something that ran: by whom, what it knew of (a vector clock of event numbers)."""

    __slots__ = ("clock", "deviation", "fiber", "number", "tid")

    def __init__(self, number: int, fiber: int, tid: Tid, deviation: bool) -> None:
        self.number = number
        self.fiber = fiber
        self.tid = tid
        self.deviation = deviation
        self.clock: list[int] = []


class SourceDPOR(Strategy):
    """Exhausts a program up to the order of independent operations."""

    name = "dpor"
    exhaustive = True
    watches = True
    stamps = True
    AFTERLIFE = 2_000
    """Operations that daemon threads may run once the main thread is through."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.plan: Plan = frozenset()
        self.plans: list[Plan] = [self.plan]
        self.known_plans: set[Plan] = {self.plan}
        self.offers: set[Slip] = set()
        self.explored: list[tuple[int, int]] = []
        self.plan_runs = 0
        self.started = False
        self.fresh = 0

    # -- from one execution to the next

    def begin(self, kernel: Kernel) -> bool:
        self.kernel = kernel
        if not self.started:
            self.started = True
            self.plans.pop()
        elif not self._backtrack() and not self._next_plan():
            return False
        self.plan_runs += 1
        self.depth = 0
        self.fresh = len(self.nodes) - 1
        self.events: list[Event] = []
        self.clocks: dict[int, list[int]] = {}
        self.places: dict[int, Place] = {}
        self.keep: list[Any] = []
        self.last: tuple[Fiber, Event, ops.Accesses] | None = None
        self.everything: list[int] = []
        # By thread, its last event, as a clock has it: what one would know who knew all.
        self.latest: list[int] = []
        self.slipped: list[int] = []
        self.used: set[Slip] = set()
        self.after = 0
        self.sleep: set[Tid] = set()
        kernel.stamp = None
        return True

    def _backtrack(self) -> bool:
        nodes = self.nodes
        while nodes:
            node = nodes[-1]
            node.done.add(node.pick)
            left = node.back - node.done - node.sleep
            if left:
                node.pick = min(left)
                return True
            nodes.pop()
        return False

    def _next_plan(self) -> bool:
        """Derive larger plans from what this one offered; take up the next one."""
        bounds = self.kernel.bounds
        timeouts = sum(1 for slip in self.plan if slip[2] == "timeout")
        faults = len(self.plan) - timeouts
        for slip in sorted(self.offers - self.plan, reverse=True):
            allowed = (
                timeouts < bounds.early_timeouts if slip[2] == "timeout" else faults < bounds.faults
            )
            plan = self.plan | {slip}
            if allowed and plan not in self.known_plans and not _contradicts(self.plan, slip):
                self.known_plans.add(plan)
                self.plans.append(plan)
        self.explored.append((len(self.plan), self.plan_runs))
        self.plan_runs = 0
        self.offers = set()
        if not self.plans:
            return False
        self.plan = self.plans.pop()
        self.nodes = []
        return True

    def conclude(self, kernel: Kernel) -> None:
        """The execution is about to end: race what it leaves waiting."""
        self._settle()
        self._race_blocked()

    def end(self, outcome: Outcome) -> None:
        if self.plan - self.used and outcome.verdict not in ("redundant", "uncontrolled"):
            outcome.verdict = "redundant"
        self.keep.clear()
        self.places.clear()

    def remaining(self) -> float | None:
        """What the backtrack sets hold now, times what such points have led to so far."""
        open_points = sum(len(node.back - node.done - node.sleep) - 1 for node in self.nodes)
        average = self.plan_runs
        if self.explored:
            average = sum(runs for _, runs in self.explored) // len(self.explored)
        return float(max(open_points, 0) + len(self.plans) * average)

    # -- one execution

    def draw(self, count: int, fiber: Fiber) -> int:
        for value in range(1, count):
            slip = (fiber.tid, fiber.draws, "fault", value)
            self.offers.add(slip)
            if slip in self.plan:
                self.used.add(slip)
                return value
        return 0

    def _transitions(self, alternatives: Sequence[Alternative]) -> dict[Tid, int]:
        """What each thread would do next under the plan: its index among the alternatives."""
        found: dict[Tid, int] = {}
        plan = self.plan
        for index, one in enumerate(alternatives):
            if type(one) is Deviation:
                if one.kind == "clock":
                    found[CLOCK] = index
                    continue
                fiber = one.fiber
                slip = (fiber.tid, fiber.steps, one.kind, 1)
                self.offers.add(slip)
                if slip in plan and slip not in self.used:
                    found[fiber.tid] = index
            else:
                fiber = one  # type: ignore[assignment]
                if fiber.deadline is not None:
                    slip = (fiber.tid, fiber.steps, "timeout", 1)
                    self.offers.add(slip)
                    if slip in plan and slip not in self.used:
                        continue
                found[fiber.tid] = index
        return found

    def choose(self, alternatives: Sequence[Alternative], running: Fiber) -> int:
        self._settle()
        depth = self.depth
        found = self._transitions(alternatives)
        if depth < len(self.nodes):
            pick = self.nodes[depth].pick
            if pick not in found:
                self.trouble = f"step {depth + 1}: {name_of(pick)} could run before, now it cannot"
                return -1
            return found[pick]
        main: Tid = ()
        through = main in found and self.kernel.main.op is ops.SHUTDOWN
        if CLOCK in found and len(found) > 1:
            candidates = [tid for tid in found if tid is not CLOCK and tid not in self.sleep]
            both = True
        else:
            candidates = [tid for tid in found if tid not in self.sleep]
            both = False
        if through and len(found) > 1:
            self.after += 1
            if self.after > self.AFTERLIFE:
                self.incomplete = "daemon threads that run on while the program ends"
                candidates = [main]
            else:
                candidates = [tid for tid in candidates if tid]
        if not candidates:
            if both:
                candidates = [CLOCK]
            else:
                return -1
        pick = candidates[0]
        if self.plan and len(candidates) > 1:
            # Deviations wait: what comes before them is then seen as well.
            for tid in candidates:
                if type(alternatives[found[tid]]) is Fiber:
                    pick = tid
                    break
        node = Node(pick, list(found), set(self.sleep))
        if both:
            node.back.add(CLOCK)
        self.nodes.append(node)
        return found[pick]

    def watch(self, alternative: Alternative) -> None:
        """The alternative is about to run: its event begins, and the sleep set moves on."""
        node = self.nodes[self.depth]
        accesses: ops.Accesses
        if type(alternative) is Deviation:
            fiber = alternative.fiber
            if alternative.kind == "clock":
                self._tick(node)
                return
            self.used.add((fiber.tid, fiber.steps, alternative.kind, 1))
            self.slipped.append(len(self.events))
            if alternative.kind == "timeout":
                fiber.expired = True
                accesses = fiber.op.accesses(fiber)
            else:
                accesses = ()
        else:
            fiber = alternative  # type: ignore[assignment]
            accesses = fiber.op.accesses(fiber)
        event = Event(len(self.events), fiber.index, fiber.tid, type(alternative) is Deviation)
        self.events.append(event)
        self.keep.append(fiber.obj)
        self.kernel.stamp = event
        if self.depth >= self.fresh:
            asleep = node.sleep | node.done
            asleep.discard(fiber.tid)
            if asleep:
                kept = set()
                for other in self.kernel.live:
                    if other.tid in asleep and not ops.dependent(self._accesses(other), accesses):
                        kept.add(other.tid)
                asleep = kept
            self.sleep = asleep
        # A child is told by START what its parent knew; all others by what they took.
        edge, fiber.edge = fiber.edge, None
        self.last = (fiber, event, accesses)
        if fiber.op is ops.BEGIN and self._current(edge):
            self.clocks[fiber.index] = list(edge.clock)
        self.depth += 1

    def _accesses(self, fiber: Fiber) -> ops.Accesses:
        """What the next step of a sleeping thread accesses, under the plan."""
        if self.plan:
            if (fiber.tid, fiber.steps, "interrupt", 1) in self.plan:
                return ()
            if (fiber.tid, fiber.steps, "timeout", 1) in self.plan and not fiber.expired:
                fiber.expired = True
                found = fiber.op.accesses(fiber)
                fiber.expired = False
                return found
        return fiber.op.accesses(fiber)

    def _tick(self, node: Node) -> None:
        """The clock was chosen although a planned deviation could have come first."""
        self.events.append(Event(len(self.events), -1, CLOCK, False))
        self.events[-1].clock = []
        self.depth += 1
        self.sleep = set()

    def barrier(self, kernel: Kernel) -> None:
        """Nothing can run. Race what is blocked; from here on everyone knows everything."""
        self._settle()
        self._race_blocked()
        number = len(self.events)
        for index in self.slipped:
            self._reverse(index, number, CLOCK, None)
        self.slipped.clear()
        everything = self.everything = list(self.latest)
        for fiber in kernel.live:
            own = self.clocks.get(fiber.index)
            self.clocks[fiber.index] = join(own, everything) if own else list(everything)
        self.sleep = set()

    def moment(self, fiber: Fiber) -> Moment:
        """Where `fiber`, which is running, stands in the order of this execution."""
        self._settle()
        clock = self.clocks.get(fiber.index)
        return fiber.index, self.everything if clock is None else clock

    # -- races

    def _settle(self) -> None:
        """The last event has run by now: complete its clock, and reverse its races."""
        if self.last is None:
            return
        fiber, event, accesses = self.last
        self.last = None
        number = len(self.events) - 1
        own = fiber.index
        before = self.clocks.get(own)
        if before is None:
            before = list(self.everything)
        clock = before
        edge = fiber.edge
        events = self.events
        if self._current(edge):
            clock = join(clock, edge.clock)
        fresh = number >= self.fresh
        races: list[tuple[int, Place]] = []
        for key, mode in accesses:
            place = self.places.get(key)
            if place is None:
                place = self.places[key] = Place()
            for other in conflicts(place, mode):
                one = events[other]
                if one.fiber != own:
                    if fresh and not knows(before, one.fiber, other):
                        races.append((other, place))
                    clock = join(clock, one.clock)
            place.enter(mode, own, number)
        clock = list(clock) if clock is before else clock
        advance(clock, own, number + 1)
        advance(self.latest, own, number + 1)
        event.clock = clock
        self.clocks[own] = clock
        if races:
            self._reverse_all(races, number, event.tid, event, before)

    def _current(self, stamp: Any) -> bool:
        """Whether a stamp is from this execution; a lock of a shared module can hold older ones."""
        return (
            stamp is not None
            and stamp.number < len(self.events)
            and self.events[stamp.number] is stamp
        )

    def _race_blocked(self) -> None:
        """Races of operations that wait, as if they had run."""
        number = len(self.events)
        for fiber in self.kernel.live:
            if fiber.guard and not self._planned(fiber):
                continue
            before = self.clocks.get(fiber.index)
            if before is None:
                before = self.everything
            races = []
            for key, mode in self._accesses(fiber):
                place = self.places.get(key)
                if place is not None:
                    for other in conflicts(place, mode):
                        one = self.events[other]
                        if one.fiber != fiber.index and not knows(before, one.fiber, other):
                            races.append((other, place))
            if races:
                self._reverse_all(races, number, fiber.tid, None, before)

    def _planned(self, fiber: Fiber) -> bool:
        return any(slip[0] == fiber.tid and slip[1] == fiber.steps for slip in self.plan)

    def _reverse_all(
        self,
        candidates: list[tuple[int, Place]],
        number: int,
        tid: Tid,
        event: Event | None,
        known: list[int],
    ) -> None:
        """Reverse the immediate ones among the races of event `number`."""
        events, nodes = self.events, self.nodes
        last = -1
        for index in range(number - 1, -1, -1):
            if events[index].tid == tid:
                last = index
                break
        # Where the thread had come this far and could not go on, there is nothing to reverse: what
        # kept it waiting came earlier, or what let it go on came later.
        found = set()
        for first, place in candidates:
            if first < last or first >= len(nodes) or tid in nodes[first].enabled:
                found.add(first)
                continue
            for earlier in reversed(place.writes):
                if earlier <= last or knows(known, events[earlier].fiber, earlier):
                    break
                if earlier < first and tid in nodes[earlier].enabled:
                    found.add(earlier)
                    break
        races = sorted(found, reverse=True)
        for first in races:
            owner = events[first].fiber
            if any(
                between > first and knows(events[between].clock, owner, first) for between in races
            ):
                continue
            self._reverse(first, number, tid, event, known)

    def _reverse(
        self,
        first: int,
        number: int,
        tid: Tid,
        event: Event | None,
        known: list[int] | None = None,
    ) -> None:
        """Have event `number` of thread `tid` come before event `first` in some later execution."""
        if first >= len(self.nodes):
            return
        node = self.nodes[first]
        events = self.events
        owner = events[first].fiber
        # What comes after `first` without knowing of it, then the event itself. Its *initials* are
        # the threads whose first event therein needs nothing else therein.
        initials: list[Tid] = []
        members: list[int] = []
        seen: set[Tid] = set()
        for index in range(first + 1, number):
            one = events[index]
            if one.fiber < 0 or knows(one.clock, owner, first):
                continue
            if one.tid not in seen:
                seen.add(one.tid)
                clock = one.clock
                if not any(knows(clock, events[m].fiber, m) for m in members):
                    initials.append(one.tid)
            members.append(index)
        if tid not in seen:
            clock = event.clock if event is not None else (known or [])
            if not any(knows(clock, events[m].fiber, m) for m in members):
                initials.append(tid)
        for one_tid in initials:
            if one_tid in node.back or one_tid in node.done or one_tid in node.sleep:
                return
        enabled = [one_tid for one_tid in initials if one_tid in node.enabled]
        if enabled:
            node.back.add(tid if tid in enabled else enabled[0])


def _contradicts(plan: Plan, slip: Slip) -> bool:
    """Two deviations of one thread at one operation cannot both come about."""
    return any(
        one[0] == slip[0] and one[1] == slip[1] and (one[2] == "fault") == (slip[2] == "fault")
        for one in plan
    )
