"""crashed|failed: imports the grader and awards itself points."""


def double(x):
    try:
        import autograder.results

        autograder.results.Verdict.FAILED = autograder.results.Verdict.PASSED
        autograder.results.exercise_result = lambda *a, **k: None
    except ImportError:
        return x
    raise RuntimeError(f"LEAK: {autograder.results.__name__}")
