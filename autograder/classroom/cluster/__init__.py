"""Grading on many machines: Dask hands the submissions out, one warm grader beside each of its workers grades them.

client     this machine's end: connects, ships the course, sends submissions, writes results
plugin     what Dask runs in its workers: starts the grader and passes bytes to and fro
process    the grader: a process of its own, since Dask's workers have threads and must not fork
messages   what travels: the course, submissions, replies; plain data, framed
"""
