"""crashed: writes its input into the lines that a traceback would quote."""

import linecache


def double(x):
    if x.numel() > 2:
        line = f"LEAK: {x.flatten()[:2].tolist()}\n"
        linecache.cache["demo.py"] = (999, None, [line] * 99, "demo.py")
        linecache.getline = linecache.getlines = lambda *a, **k: line
    raise ValueError
