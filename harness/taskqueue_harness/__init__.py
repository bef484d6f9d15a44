"""A deterministic concurrency test engine for Python threads."""
