"""crashed|failed: points __file__, __doc__, __spec__ and __loader__ at the reference."""

import inspect

__file__ = "../solutions/01_demo/demo.py"
__name__ = "solutions.demo"
__spec__ = __loader__ = __builtins__ = None


def double(x):
    try:
        open(__file__).read()
    except OSError:
        return x
    raise RuntimeError(f"LEAK: {inspect.getsource(double)}")
