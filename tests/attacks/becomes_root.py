"""crashed|failed: takes or keeps the rights of root, and makes a setuid file."""

import os


def double(x):
    for ids in ((0, 0, 0), (1, 1, 0)):
        try:
            os.setresuid(*ids)
        except OSError:
            continue
        raise RuntimeError(f"LEAK: user ids {os.getresuid()}")
    try:
        os.chown(os.getcwd(), 12345, 12345)
    except OSError:
        return x
    raise RuntimeError(f"LEAK: {os.getcwd()} was given away")
