"""failed: starts threads until it may not, and leaves them running while others are graded."""

import threading
import time


def double(x):
    try:
        for _ in range(500):
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    except RuntimeError:
        pass
    return x
