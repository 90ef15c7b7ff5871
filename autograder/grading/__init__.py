"""Grade one submission.

settings         how to grade: topics, reveal policy, isolation
grader           grades a submission
prepared         what is built once for many submissions
submission_run   one submission in one worker: which checks run when
prefetch/        asks for many replies at once; its first page explains it
diagnosis/       names the misconception that a wrong answer shows
misconceptions   the misconceptions of a topic
trivial          finds the checks that a trivial answer passes
regrade/         which exercises an earlier result already answers
"""
