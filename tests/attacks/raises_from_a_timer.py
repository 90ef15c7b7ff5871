"""crashed|failed: a timer raises an exception every millisecond, also while the session writes its reply."""

import signal


def strike(*_):
    raise KeyboardInterrupt


def double(x):
    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    return x
