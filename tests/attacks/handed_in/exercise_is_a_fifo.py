"""unreadable: a folder whose exercise is a FIFO, so that whoever reads it waits for ever."""

import os


def build(folder):
    student = folder / "student"
    student.mkdir()
    os.mkfifo(student / "demo.py")
    return student
