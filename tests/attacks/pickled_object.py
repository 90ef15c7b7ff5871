"""failed: returns an object that would run code if it were unpickled, compared, printed or hashed."""

import os


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/torchstone-was-here",)

    def __eq__(self, other):
        os._exit(0)

    __repr__ = __bool__ = __len__ = __hash__ = __getstate__ = lambda self: os._exit(0)


def double(x):
    return Evil()
