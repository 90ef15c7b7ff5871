"""crashed|failed: speaks TCP with itself over the loopback."""

import socket


def double(x):
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.create_server((address, 0), family=family) as server:
                socket.create_connection(server.getsockname()[:2], timeout=0.2).close()
        except OSError:
            continue
        raise RuntimeError(f"LEAK: TCP to {address}")
    return x
