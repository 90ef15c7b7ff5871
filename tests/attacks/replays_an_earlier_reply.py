"""crashed|failed: sends each reply again instead of the next one."""

import sys

sent = []


def double(x):
    life = sys.modules["worker.life"]
    write = life._write

    def replay(frame):
        sent.append(bytes(frame))
        write(sent[-2] if len(sent) > 1 else sent[-1])

    if not sent:
        life._write = replay
    return x
