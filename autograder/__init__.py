"""Deep-learning exercises that grade themselves. The engine knows how to grade, and nothing about any one exercise.

Data flows down this list: a room may import the rooms above it (tests/test_architecture.py has the table).

course/        the course: topics, exercises, points, limits
results/       results as frozen data, and their files
quiz/          questions and their keys
submission/    what a student handed in; read, never run
sandbox/       runs student code in a separate, confined process
checks/        the vocabulary that checks are written in
grading/       grades one submission
reports/       one file per report format
classroom/     grades many submissions, on one machine or many
home/          a student's own machine: the pytest plugin, hints, watch
notebook/      what a student imports in a notebook
release/       what a student receives, and updates of it
authoring/     tools for course authors
integrations/  nbgrader, Gradescope, CI
cli/           the command line: chooses, shows, turns errors into sentences

errors         what can go wrong, and who must act
text           sentences in English and Chinese
source         a student's file as text
open_file      opens files once, never through a link
"""

__version__ = "0.1.0"

CHECK_ATTRIBUTE = "__autograder_check__"  # marks a check function; here, so that the plugin need not import torch
