"""Grading inside an nbgrader course: its folders, its notebooks and its gradebook stay as every nbgrader tool expects.

folder        where the course's configuration says that things are
scores        a result as points and feedback for each grade cell
autograded    a submitted notebook with what is locked put back and the scores written into its grade cells
gradebook     nbgrader's own database
rows          its rows for a few students
penalties     what lateness costs
release_file  the notebook that students were given
grading       `autograder nbgrader grade`
preprocessor  the same inside plain `nbgrader autograde`, and behind formgrader's button
export        `autograder export nbgrader`: results of any run into a gradebook
"""
