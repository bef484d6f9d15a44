"""The tests of the suite read like the contract: a test per clause, its sentence quoted."""

from __future__ import annotations

import inspect

from taskqueue_conformance.assess import clause_tests
from taskqueue_conformance.contract import CLAUSES, lookup


def test_every_clause_has_a_test_and_its_number_is_in_the_name() -> None:
    tested = set()
    for test, function in clause_tests():
        clause = lookup(test.id)
        tested.add(test.id)
        assert function.__name__.startswith(f"test_{clause.section}_{clause.number}_")
    assert tested == {clause.id for clause in CLAUSES}


def test_the_sentence_of_the_clause_is_quoted() -> None:
    for test, function in clause_tests():
        quoted = " ".join((inspect.getdoc(function) or "").split())
        sentence = lookup(test.id).sentence
        if "..." in quoted:
            # A second test of a clause quotes the part that it is about.
            for part in quoted.split("..."):
                assert part.strip() in sentence, function.__name__
        else:
            assert quoted == sentence, function.__name__
