"""crashed|failed: sends each reply again instead of the next one."""

import sys

sent = []


def double(x):
    worker_main = sys.modules["worker.worker_main"]
    write = worker_main._write

    def replay(frame):
        sent.append(bytes(frame))
        write(sent[-2] if len(sent) > 1 else sent[-1])

    if not sent:
        worker_main._write = replay
    return x
