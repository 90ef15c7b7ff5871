"""crashed|failed: sends its input as UDP datagrams over the loopback."""

import socket


def double(x):
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"input", (address, 9))
        except OSError:
            continue
        raise RuntimeError(f"LEAK: UDP to {address}")
    return x
