"""failed|timed_out: makes ten thousand files and a name of every byte."""

import os


def double(x):
    try:
        for number in range(10_000):
            os.close(os.open(f"torchstone-was-here-{number}", os.O_CREAT | os.O_WRONLY))
        for byte in (7, 10, 27, 128, 255):
            os.close(os.open(b"torchstone-was-here" + bytes([byte]), os.O_CREAT | os.O_WRONLY))
    except OSError:
        pass
    return x
