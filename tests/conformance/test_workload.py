"""Scenarios travel as JSON, and unknown ones are refused with a clear word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from taskqueue_conformance import scenarios
from taskqueue_conformance.depth import DEPTHS
from taskqueue_conformance.drawn import workloads
from taskqueue_conformance.session import replay_of, token_of
from taskqueue_conformance.workload import Drain, Fail, Fault, Helper, Put, PutNone, Scenario, Take


@given(workloads())
def test_a_drawn_scenario_survives_the_way_through_json(scenario: Scenario) -> None:
    assert Scenario.from_json(json.loads(json.dumps(scenario.to_json()))) == scenario


@given(workloads())
def test_a_token_is_the_scenario(scenario: Scenario) -> None:
    assert replay_of(token_of(scenario)) == scenario


@pytest.mark.parametrize("depth", DEPTHS)
def test_every_replay_of_the_catalogue_survives_and_has_a_name_of_its_own(depth: str) -> None:
    size = DEPTHS[depth]
    every = [*scenarios.leftovers(size), *scenarios.stress(size, 3)]
    for family in (
        scenarios.odd_items,
        scenarios.repeated_items,
        scenarios.refused_none,
        scenarios.helper_threads,
        scenarios.kinds_of_failure,
        scenarios.unformattable_failures,
        scenarios.kinds_of_callable,
        scenarios.kinds_of_iterable,
        scenarios.several_queues,
        scenarios.asking_again,
        scenarios.running_again,
    ):
        every += [scenario for pair in family(size) for scenario in pair]
    names: dict[str, Scenario] = {}
    for scenario in every:
        assert Scenario.from_json(json.loads(json.dumps(scenario.to_json()))) == scenario
        assert names.setdefault(scenario.name, scenario) == scenario


@pytest.mark.parametrize("depth", DEPTHS)
def test_each_repetition_of_a_stress_test_is_a_run_of_its_own(depth: str) -> None:
    """Equal scenarios are performed once, however often they are asked for."""
    size = DEPTHS[depth]
    every = [one for step in range(size.repeats) for one in scenarios.stress(size, step, step)]
    assert len(set(every)) == len(every) == 7 * size.repeats
    levels = {
        step.count
        for scenario in every
        if "rises" in scenario.name
        for step in scenario.producer
        if isinstance(step, Put)
    }
    assert max(levels) == size.backlogs[-1], "no more may wait at a time than the depth says"


def test_describe_has_a_line_for_each_group_of_callbacks_and_each_fault() -> None:
    scenario = Scenario(
        "x", (Put(2), Fail()), ((Drain(),),) * 3 + ((Take(1),),), faults=(Fault(0, 1, "base"),)
    )
    assert scenario.describe() == [
        "producer: Put(2), Fail",
        "consumers 1 to 3: Drain",
        "consumer 4: Take",
        "fault: base in the producer before its operation 1",
    ]


def test_whether_a_scenario_puts_callbacks() -> None:
    assert Scenario("x", (Put(1), Put(1, "consumer")), ()).puts_callbacks
    assert not Scenario("x", (Put(1), Put(1, "queue")), ((Drain(),),)).puts_callbacks


def test_what_a_scenario_takes_for_granted() -> None:
    assert Scenario("x", (Put(1),), ((Drain(),),)).calls_on == frozenset()
    nested = Scenario("x", (), ((Drain(each=(Helper((Put(1),)),)),),))
    assert nested.calls_on == {"TQ-1.8"}
    assert Scenario("x", (PutNone(),), ()).calls_on == {"TQ-1.5"}


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"name": "x", "producer": ["Pus"], "consumers": []}, "no step 'Pus'"),
        ({"name": "x", "producer": [], "consumers": [], "nap": 1}, "no field nap"),
    ],
)
def test_unknown_words_are_named(data: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Scenario.from_json(data)


def test_a_damaged_token_is_refused() -> None:
    token = token_of(Scenario("x", (), ()))
    with pytest.raises(ValueError, match="not a token as a report prints it"):
        replay_of(token[:-5])
