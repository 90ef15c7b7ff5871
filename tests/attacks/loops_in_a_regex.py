"""timed_out: backtracks for ages inside one call of re, which holds the interpreter's lock."""

import re


def double(x):
    re.match(r"(a+)+$", "a" * 60 + "b")
    return x
