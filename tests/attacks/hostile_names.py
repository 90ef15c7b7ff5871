"""crashed: defines classes, functions and modules whose names hold escapes and HTML."""

import sys

NAME = "\x1b[2J<b>\u202e\r\n[/]"


def double(x):
    double.__name__ = double.__qualname__ = NAME
    sys.modules["demo"].__name__ = sys.modules["demo"].__file__ = NAME
    raise type(NAME, (type(NAME, (OSError,), {}),), {})(NAME)
