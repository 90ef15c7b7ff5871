"""Returns objects that would run code if they were unpickled, compared or printed."""

import os


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/torchstone-was-here",)

    def __eq__(self, other):
        os._exit(0)

    def __repr__(self):
        os._exit(0)

    __str__ = __repr__
    __hash__ = None


def double(x):
    return Evil()
