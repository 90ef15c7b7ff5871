"""crashed: raises an exception whose str() raises one that nobody catches."""


class Silent(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


def double(x):
    raise Silent
