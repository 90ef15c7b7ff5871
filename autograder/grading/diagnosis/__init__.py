"""Names the mistake behind a wrong answer.

First come the course's misconceptions: known wrong answers, run on the calls of the checks that failed. If none fits,
the engine looks for a general slip: a relation between the student's answers and the right ones that holds in every
failed check.

diagnostician   chooses the misconceptions and slips that fit
replay          runs the reference and the misconceptions on a student's calls
replies         compares two replies to the same request
slips           names a general slip by such relations
relations       relations between an answer and the right one: opposite sign, another shape, rounded
"""

from .diagnostician import Diagnostician
from .replay import FailedCheck

__all__ = ["Diagnostician", "FailedCheck"]
