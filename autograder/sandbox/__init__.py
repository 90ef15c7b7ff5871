"""Runs student code in a separate, confined process. This is the trusted end.

fork_server    the warm process that workers are forked from
channel        one worker: requests with a deadline, and its end
level          the isolation levels, and what each needs
doctor         the command `autograder doctor`
probe          the attempts that the doctor makes in a worker
environment    environment variables that make runs repeatable
private_temp   temporary files and caches that no other user can write
worker/        the confined process itself
"""
