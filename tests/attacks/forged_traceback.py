"""crashed: raises from code that claims to be the check's own file, to put the blame there."""


def double(x):
    for name in ("solutions/01_demo/test_demo.py", "<string>", "demo.py", "autograder/grading/grader.py"):
        exec(compile("\n" * 4000 + "def f(): raise AssertionError('the check is broken')", name, "exec"), globals())
    f()
