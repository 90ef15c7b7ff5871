"""crashed|failed|timed_out: starts processes by multiprocessing, by fork and by spawn."""

import multiprocessing
import time


def double(x):
    for method in ("fork", "spawn", "forkserver"):
        try:
            multiprocessing.get_context(method).Process(target=time.sleep, args=(20,), daemon=True).start()
        except (OSError, RuntimeError, ValueError):
            pass
    return x
