"""crashed: answers in another protocol."""

import os


def double(x):
    os.write(3, b"HTTP/1.1 200 OK\r\n\r\npassed")
    return x
