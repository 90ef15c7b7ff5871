"""timed_out|failed: stops itself by SIGSTOP, so that no signal but SIGKILL is delivered."""

import os
import signal


def double(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x
