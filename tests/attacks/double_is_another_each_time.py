"""crashed|failed: swaps the module for one that makes up each name when it is asked for."""

import sys
import types


class Module(types.ModuleType):
    def __getattribute__(self, name):
        if name == "__dict__":
            return {"double": None}
        return lambda x: x


sys.modules[__name__].__class__ = Module


def double(x):
    return x
