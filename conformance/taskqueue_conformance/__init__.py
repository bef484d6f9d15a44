"""A conformance suite for TaskQueue implementations."""
