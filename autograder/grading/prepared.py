"""Everything that grading needs and that is built once for many submissions."""

import itertools
from collections.abc import Mapping, Sequence

from ..checks.collect import Check
from ..course.reveal import Reveal
from ..text import Text
from .regrade.earlier import Label

HIDDEN_CHECK = Text("Hidden check {number}.", "隐藏检查 {number}。")


def _labels(checks: Sequence[Check], keys: Mapping[str, str], reveal: Reveal) -> dict[str, Label]:
    """Check -> what results call it, in the checks' order."""
    numbers = itertools.count(1)
    labels = {}
    for check in checks:
        name, title = check.id, check.title
        if reveal is Reveal.NOTHING and not check.visible:
            number = next(numbers)
            name, title = f"hidden[{number}]", HIDDEN_CHECK.filled(number=number)
        labels[check.id] = Label(id=name, title=title, visible=check.visible, weight=check.weight, key=keys[check.id])
    return labels
