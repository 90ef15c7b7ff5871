"""timed_out: loops, and catches whatever tries to stop it."""


def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
