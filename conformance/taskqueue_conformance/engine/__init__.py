"""Scenarios under the deterministic engine: explored instead of watched.

stage.py        the world in which a scenario is performed: virtual time, virtual threads
performing.py   a performance that also notes what came before what, and where it may fail
orders.py       the other orders in which an execution's events could have been seen
drive.py        one scenario as a program of the engine, and the judge of its executions
searching.py    what the supervised child does: explore, minimise, draw, answer
job.py          what is asked of it, and what comes back, as data
"""
