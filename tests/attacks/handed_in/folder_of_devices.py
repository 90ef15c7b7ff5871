"""failed: a folder with a FIFO, a socket, a device and an endless file beside the exercise."""

import os
import socket
import stat


def build(folder):
    student = folder / "student"
    student.mkdir()
    (student / "demo.py").write_text("def double(x):\n    return x\n")
    os.mkfifo(student / "helper.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(student / "s.py"))
    for name, minor in (("zero.py", 5), ("random.py", 9)):
        try:
            os.mknod(student / name, stat.S_IFCHR | 0o600, os.makedev(1, minor))
        except PermissionError:
            (student / name).symlink_to("/dev/zero")
    with open(student / "sparse.txt", "wb") as file:
        file.truncate(1 << 40)
    return student
