"""What holds for all tests."""

from __future__ import annotations

import signal
import threading

if threading.current_thread() is threading.main_thread():
    # A job in the background of a shell script ignores SIGINT, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
