"""crashed|failed: listens on Unix sockets, with and without a path, and calls services of the machine."""

import socket


def double(x):
    for address in ("\0torchstone-was-here", "torchstone-was-here"):
        try:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(address)
        except OSError:
            continue
        raise RuntimeError(f"LEAK: {address!r} listens")
    for path in ("/run/systemd/journal/socket", "/run/docker.sock", "/run/dbus/system_bus_socket", "/run/nscd/socket"):
        try:
            socket.socket(socket.AF_UNIX).connect(path)
        except OSError:
            continue
        raise RuntimeError(f"LEAK: {path} answers")
    return x
