"""The tests: one per clause, a file per section; then stress, drawn workloads and replay."""
