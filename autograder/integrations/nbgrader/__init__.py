"""Grading inside an nbgrader course. Its folders, notebooks and gradebook stay as every nbgrader tool expects them.

source/       writes the notebooks of an assignment from the course
folder        the folders of the course, read from its configuration
grading       the command `autograder nbgrader grade`
preprocessor  the same inside plain `nbgrader autograde`, and behind formgrader's button
release_file  the notebook that students were given
scores        a result as points and feedback for each grade cell
autograded    the autograded notebook: locked cells restored, scores in the grade cells
entries       one student's row for the gradebook
gradebook     nbgrader's database
rows          reads and writes its rows for a few students
penalties     penalties for lateness
export        the command `autograder export nbgrader`
"""
