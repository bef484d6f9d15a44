"""What holds for all tests."""

from __future__ import annotations

import signal
import threading

from hypothesis import HealthCheck, settings

# How long something takes says nothing where several others are at work.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

if threading.current_thread() is threading.main_thread():
    # A job in the background of a shell script ignores SIGINT, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
