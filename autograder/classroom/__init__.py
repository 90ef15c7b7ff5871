"""Grade many submissions: keep what is unchanged, grade equal submissions once, survive a kill.

run             one run over a class: read, keep, grade, copy
names           a name of its own for each submission
result_folder   the folder of result files, its lock and its file names
progress        the progress bar of a run
graders/        grader processes on this machine
cluster/        graders on many machines, with Dask
"""
