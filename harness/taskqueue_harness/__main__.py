"""``python -m taskqueue_harness``."""

import sys

from taskqueue_harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
