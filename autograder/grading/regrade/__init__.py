"""Which exercises need not be graded again.

earlier     takes over the results of an earlier grading
keys        the key of everything that an exercise's result depends on
stateless   whether a student's file may remember a call
"""
