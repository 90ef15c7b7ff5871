"""crashed|failed: asks for a scheduling class that starves every other process."""

import os


def double(x):
    for policy in (os.SCHED_FIFO, os.SCHED_RR):
        try:
            os.sched_setscheduler(0, policy, os.sched_param(1))
        except OSError:
            continue
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        raise RuntimeError(f"LEAK: policy {policy}")
    return x
