"""A student's own machine: `pytest exercises/`, `autograder watch`, `autograder hint`.

plugin     the pytest plugin; every pytest run imports it, so it imports nothing slow
check_run  one pytest run over the course's visible checks
failures   what pytest shows of the checks that failed: one fault once
rerun      a failed check once more, to find state that is kept between calls
hints      hints, one at a time
watch      runs the checks again when a file is saved
"""
