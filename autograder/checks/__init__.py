"""The vocabulary that checks are written in. A check is a pytest function that asks `student` and compares.

from autograder.checks import ELEMENTWISE, assert_close, check

@check("sigmoid_grad")
def test_agrees_with_autograd(student):
    '''Agrees with autograd for x in [-30, 30]. 在 [-30, 30] 上与自动求导一致。'''
    ...

spec         the decorator, and what a check knows of itself
student      the proxy that a check asks: the same at home, in grading and in self-tests
compare      assertions on plain data; every tolerance is chosen, none is a default
failures     the ways in which an assertion or a call can end
describe     failures as sentences, in both languages
odd_answers  sentences for answers that made a check's own code raise
unpacking    sentences for a wrong number of results
hints        sentences that name a common cause
templates    all these sentences
calls        calls as text, and the call that an answer came from
values       values as text
local        the student in this process: at home and in self-tests
remote       the student in a sandboxed worker
rules/       what an exercise forbids, found by reading the source
collect      the checks in a course's folders
run          one check against one student
state        a failed check once more, each call in a fresh module
"""

from .compare import (
    ELEMENTWISE,
    EXACT,
    FINITE_DIFFERENCE,
    ITERATED,
    PYTHON_FLOAT,
    REDUCTION,
    Tolerance,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    expect,
    gradient,
    randn,
)
from .spec import check
from .student import RemoteObject, Student

__all__ = [
    "ELEMENTWISE",
    "EXACT",
    "FINITE_DIFFERENCE",
    "ITERATED",
    "PYTHON_FLOAT",
    "REDUCTION",
    "RemoteObject",
    "Student",
    "Tolerance",
    "assert_close",
    "assert_equal",
    "assert_inputs_unchanged",
    "assert_raises",
    "check",
    "expect",
    "gradient",
    "randn",
]
