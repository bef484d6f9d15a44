"""Every syntactic form has a litmus program, and shows exactly the outcomes it should."""

from __future__ import annotations

import pytest
from tests.harness.interleave import outcomes
from tests.harness.litmus_forms import LITMUS, Litmus

from taskqueue_harness.world.forms import FORMS, NOT_MODELLED


@pytest.mark.parametrize("litmus", LITMUS, ids=lambda one: one.form)
def test_outcomes_are_exactly_those_of_the_language(litmus: Litmus) -> None:
    assert outcomes(litmus.source) == litmus.outcomes


def test_every_form_has_a_litmus_program_and_no_other_has() -> None:
    assert {one.form for one in LITMUS} == {form.name for form in FORMS}


def test_forms_are_named_once_and_limits_give_a_reason() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert all(limit.what and limit.why for limit in NOT_MODELLED)
