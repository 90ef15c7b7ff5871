"""Calls home."""

import socket


def double(x):
    socket.create_connection(("127.0.0.1", 22), timeout=0.5).close()
    return 2 * x
