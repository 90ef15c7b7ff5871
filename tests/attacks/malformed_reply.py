"""crashed|failed: answers with records of the wrong types."""

import sys


def double(x):
    sys.modules["worker.server"].answer_frame = lambda *a: sys.modules["worker.wire"].pack(
        {"value": None, "error": {"type": 3}, "operators": 7, "passed": True}
    )
    return x
