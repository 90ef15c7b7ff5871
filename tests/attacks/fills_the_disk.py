"""crashed|failed|timed_out: writes a file without end, in its folder and outside."""


def double(x):
    for path in ("/tmp/torchstone-was-here", "/var/tmp/torchstone-was-here", "torchstone-was-here"):
        try:
            with open(path, "wb") as file:
                for _ in range(16):
                    file.write(b"x" * (1 << 22))
        except OSError:
            pass
    return x
