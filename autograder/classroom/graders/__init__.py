"""Grader processes on this machine.

task       what a grader receives and returns; a failure costs one submission
local      grades in this process or in a pool
process    one process of the pool, forked from a warm parent
"""
