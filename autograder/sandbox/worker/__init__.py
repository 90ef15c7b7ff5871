"""The one place where student code runs. It imports nothing of the grader and knows no path of the course.

setup          what the grader tells the server at the start
server         the warm process that workers are forked from
control        the messages between a grader and the server, as structs
worker_main    a worker from the fork to its end
layers/        takes rights away from a worker, before the first student line
linux          system calls that Python has no function for
warm           uses slow libraries once, before workers are forked
malloc_tuning  leaves no holes in the server's heap for workers to fill
readable       the folders that a worker may read
session        a student's module and what it made; answers requests about them
operators      which aten operators a call ran, and from which line
purity         notices changes to state that all exercises share
collector      runs code without the garbage collector
wire           plain data to bytes and back, with limits; shared by both ends of the channel
codec          values as trees of nodes, and back
nodes          what a message is made of, and its limits
protocol       the messages as structs: requests, replies, the first word of a worker

`session` also answers at home and in self-tests, in process: one executor, three places to run.
"""
