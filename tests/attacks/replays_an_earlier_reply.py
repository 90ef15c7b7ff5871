"""crashed|failed: sends each reply again instead of the next one."""

import sys

sent = []


def double(x):
    server = sys.modules["worker.server"]
    write = server._write

    def replay(frame):
        sent.append([bytes(part) for part in frame])
        write(sent[-2] if len(sent) > 1 else sent[-1])

    if not sent:
        server._write = replay
    return x
