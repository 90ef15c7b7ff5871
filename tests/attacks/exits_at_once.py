"""crashed: leaves by os._exit(0), which nothing can catch."""

import os


def double(x):
    os._exit(0)
