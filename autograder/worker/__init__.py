"""The one place where student code runs. It imports nothing of the grader and knows no path of the course.

    wire       plain data to bytes and back, with limits; shared by both ends of the channel
    nodes      what a message is made of, and its limits
    writer     a value as nodes
    reader     nodes as a value
    session    a student's module and what it made; answers requests about them
    operators  which aten operators a call ran, and from which line
    landlock   which files a worker may open
    confine    what is taken from a worker between fork and the first student line
    server     the warm process that workers are forked from
    __main__   starts the server, with this folder as its only package of ours

The same `session` also answers at home and in self-tests, in process: one executor, three places to run.
"""
