"""crashed|failed|timed_out: leaves a thread that goes on writing into the channel after the call."""

import os
import threading
import time


def double(x):
    def flood():
        while True:
            try:
                os.write(3, b"\0" * 1000)
            except OSError:
                time.sleep(0.01)

    threading.Thread(target=flood, daemon=True).start()
    return x
