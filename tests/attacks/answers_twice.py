"""crashed|failed: sends two forged replies beside the real one."""

import sys


def double(x):
    worker_main, wire = sys.modules["worker.worker_main"], sys.modules["worker.wire"]
    frame = sys._getframe()
    while frame.f_code.co_name != "answer_frame":
        frame = frame.f_back
    for number in (frame.f_locals["number"], frame.f_locals["number"]):
        worker_main._write(b"".join(wire.pack({"value": x}, number=number)))
    return x
