"""Oracles: what a history contradicts, clause by clause.

An oracle is a function from a `History` to sentences, each of which says what was seen that
contradicts the clause; none means that nothing did.  Oracles never demand an order between events
that overlap, and each looks at its own clause only: where several clauses speak of the same loss or
the same hang, `blame` says which one is the most specific.
"""

from taskqueue_conformance.oracles.registry import (
    UNIVERSAL,
    Finding,
    Oracle,
    contradictions,
    contradictions_of,
)

__all__ = ["UNIVERSAL", "Finding", "Oracle", "contradictions", "contradictions_of"]
