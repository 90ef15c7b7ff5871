"""Grading inside an nbgrader course. Folders, notebooks and gradebook stay compatible with every nbgrader tool.

source/       writes the notebooks of an assignment from the course
folder        the folders of the nbgrader course, read from its configuration
grading       the command `autograder nbgrader grade`
writing       writes the autograded folders of an assignment
preprocessor  the same grading inside plain `nbgrader autograde`, and behind formgrader's button
release_file  the notebook that students received
scores        a result as points and feedback for each grade cell
autograded    the graded notebook: locked cells restored, scores in the grade cells
entries       one student's entry for the gradebook
gradebook     nbgrader's database
rows          reads and writes the database rows of a few students
penalties     late penalties
export        the command `autograder export nbgrader`
"""
