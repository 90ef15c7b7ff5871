"""timed_out: loops in __del__, when nobody calls it any more."""


class Remains:
    def __del__(self):
        while True:
            pass


def double(x):
    Remains()
    return x
