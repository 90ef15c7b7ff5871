"""crashed|failed: imports the grader, to award itself points."""


def double(x):
    try:
        import autograder.results
    except ImportError:
        return x
    autograder.results.exercise_result = lambda *a, **k: None
    raise RuntimeError(f"LEAK: {autograder.results.__name__}")
