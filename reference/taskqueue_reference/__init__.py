"""A small, verified TaskQueue to hold beside your own in code review."""
