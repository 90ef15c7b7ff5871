"""crashed|failed|not_attempted: forges what loading the file has found: names, problems and frames."""

import sys

session = sys.modules["worker.session"]


def forged(self, request):
    frame = ("../../solutions/01_demo/demo.py", 16, "double", "return 2 * x")
    problem = session.Raised("\x1b[31m", ["double"], "m" * 100_000, [frame] * 1000)
    return session.Reply(value=["double"] * 1000, problems=[problem] * 5, inputs=[1] * 1000)


session.Session.answer = forged


def double(x):
    return x
