"""Deep-learning exercises that grade themselves. The engine: it knows how to grade, and nothing about any one exercise.

course        what there is to do: topics, exercises, points
submission/   what a student handed in; read, never run
worker/       the one place that runs it, in a process of its own
sandbox/      the trusted end of that process
checks/       the vocabulary that checks are written in
diagnosis     which misconception a wrong answer shows
grade         hold one submission against the course
classroom     many submissions: which must be graded, whose result is known; summary, progress and result_folder with it
graders/      who grades them: this process, or some forked from it
cluster/      or those of many machines
results       what was found, as frozen data
reports/      show results
home, plugin  `pytest exercises/` at a student's own machine
stubs, verify, mutation/   the course grades itself
notebooks/    an nbgrader course, built from it
notebook/     what a student imports there
"""

__version__ = "0.1.0"

CHECK_ATTRIBUTE = "__autograder_check__"  # marks a check function; here, so that the plugin need not import torch
