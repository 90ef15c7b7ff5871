"""The results of grading, as frozen data.

model     a submission's result: checks, exercises, quizzes
points    how points are computed
files     reading and writing result files
outcome   the outcome of a class run
summary   the class in numbers
changes   the changes between two gradings
"""
