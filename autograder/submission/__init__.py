"""A submission: what a student handed in. It is read as text and never run here.

model              a submission as data: one source per topic, and the answers to quizzes
layouts            finds the submissions in a folder; a new layout is one more function there
gather             reads the files of a folder, a zip or a single file, within limits
filenames          what a file's name says about its content
read               reads one submission
topic_file         finds the file that holds a topic's work
ipynb              reads the code cells of a notebook
released_stub      restores the set-up and the stubs that a notebook was released with
notebook_problems  lists how a notebook differs from the released one
"""
