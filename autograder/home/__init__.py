"""A student's own machine: `pytest exercises/`, `autograder watch`, `autograder hint`.

plugin    the pytest plugin; imported by every pytest run, so it imports nothing slow
session   one pytest run over the course
hints     hints, one at a time
watch     runs the checks again when a file is saved
"""
