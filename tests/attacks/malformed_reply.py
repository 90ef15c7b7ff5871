"""crashed|failed: answers with records of the wrong types."""

import sys


def double(x):
    sys.modules["worker.worker_main"].answer_frame = lambda session, number, *a: sys.modules["worker.wire"].pack(
        {"value": None, "error": {"type": 3}, "operators": 7, "passed": True}, number=number
    )
    return x
