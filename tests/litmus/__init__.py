"""Small concurrent programs whose exact set of outcomes is known.

One idea per program, programs of one subject per file. A program is a function without arguments;
its outcome is what it returns, or how it failed to. `declares` states the outcomes, each with the
sentence that says why it can happen; what is not declared cannot.
"""
