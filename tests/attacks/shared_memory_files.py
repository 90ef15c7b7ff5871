"""crashed|failed: makes named shared memory that outlives its process."""

import multiprocessing.shared_memory
import os

import torch


def double(x):
    ways = (
        lambda: multiprocessing.shared_memory.SharedMemory("torchstone-was-here", create=True, size=4096),
        lambda: torch.UntypedStorage._new_shared_filename_cpu(4096),
        lambda: torch.ones(4).share_memory_(),
        lambda: os.open("/dev/shm/torchstone-was-here", os.O_CREAT | os.O_RDWR),
        lambda: torch.UntypedStorage.from_file("/dev/shm/torchstone-was-here", True, 4096),
    )
    for way in ways:
        try:
            way()
        except (OSError, RuntimeError):
            pass
    os._exit(0)
