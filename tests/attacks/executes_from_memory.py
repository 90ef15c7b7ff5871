"""crashed|failed: copies the dynamic loader into a memory file and executes that."""

import os


def double(x):
    try:
        program = os.memfd_create("loader", 0)
        with open("/lib64/ld-linux-x86-64.so.2", "rb") as file:
            os.write(program, file.read())
        os.dup2(3, 1)
        os.execve(program, ["loader", "/lib/x86_64-linux-gnu/libc.so.6"], {})
    except OSError:
        pass
    return x
