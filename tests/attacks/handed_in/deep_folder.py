"""unreadable: a folder nested four hundred deep, with the exercise nowhere."""

import os


def build(folder):
    student = folder / "student"
    student.mkdir()
    here = os.getcwd()
    os.chdir(student)
    for _ in range(400):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    return student
