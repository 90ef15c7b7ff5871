"""crashed|failed|timed_out: a thread injects exceptions into the thread that answers requests."""

import ctypes
import threading
import time

target = threading.main_thread().ident


def strike():
    for _ in range(100):
        time.sleep(0.001)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), ctypes.py_object(SystemExit))


def double(x):
    threading.Thread(target=strike, daemon=True).start()
    return x
