"""crashed: raises what a broken check or pytest itself would raise."""


def double(x):
    try:
        import pytest

        pytest.skip("not today")
    except ImportError:
        pass
    for name in ("Skipped", "Exit", "OutcomeException"):
        raise type(name, (BaseException,), {"allow_module_level": True, "returncode": 0, "msg": "passed"})("passed")
