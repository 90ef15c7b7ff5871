"""crashed|timed_out: puts a file of its own in the channel's place."""

import os


def double(x):
    os.dup2(os.open("reply", os.O_CREAT | os.O_RDWR), 3)
    return x
