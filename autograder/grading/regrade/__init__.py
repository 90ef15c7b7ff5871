"""Decides which exercises an earlier result still answers.

earlier  takes over the results of an earlier grading
keys     the key of everything that an exercise's result depends on
"""
