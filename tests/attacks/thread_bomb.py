"""crashed|failed|timed_out: starts as many threads as it can."""

import threading
import time


def double(x):
    try:
        for _ in range(500):
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    except RuntimeError:
        pass
    return x
