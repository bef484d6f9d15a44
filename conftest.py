"""Makes the suite's options known when pytest runs in a checkout that is not installed."""

pytest_plugins = ["taskqueue_conformance.plugin"]
