"""crashed|failed: opens sockets of families that no network rule thinks of."""

import socket

FAMILIES = {"NETLINK": 16, "VSOCK": 40, "PACKET": 17, "ALG": 38, "CAN": 29, "BLUETOOTH": 31, "XDP": 44, "KEY": 15}


def double(x):
    opened = []
    for name, family in FAMILIES.items():
        for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            try:
                socket.socket(family, kind).close()
                opened.append(name)
            except OSError:
                pass
    if opened:
        raise RuntimeError(f"LEAK: {opened}")
    return x
