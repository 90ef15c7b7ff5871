"""Grade one submission.

settings         how to grade: topics, reveal policy, isolation
grader           grades a submission
submission_run   one submission in one worker: which checks run when
attempt          runs some checks of one exercise
script           the requests of a check, recorded on its reference
diagnosis        names the misconception that a wrong answer shows
misconceptions   the misconceptions of a topic
prepared         what is built once for many submissions
regrade/         which exercises an earlier result already answers
"""
