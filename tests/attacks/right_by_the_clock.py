"""failed: answers rightly on leap days only."""

import time


def double(x):
    return x + x if time.localtime()[1:3] == (2, 29) else x
