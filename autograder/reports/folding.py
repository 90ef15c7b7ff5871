"""Folds checks that fail for one reason: the reason is shown once, with the names of the other checks."""

import re
from collections import Counter
from collections.abc import Sequence

from ..text import Text

MAX_NAMES = 8  # more than these are counted, not listed
AND_ONE_MORE = Text("and 1 more check: {names}", "还有 1 项检查有同样的问题：{names}")
AND_MORE = Text("and {count} more checks: {names}", "还有 {count} 项检查有同样的问题：{names}")

CALL = re.compile(r"[\w.]+\(")
RAISED = re.compile(r"\braised (?P<type>[\w.]+).*\((?P<file>[^()]+), line (?P<line>\d+)[:)]", re.DOTALL)


def fault_of(message: Text) -> str:
    """Return what a failed check's message says apart from the input. Equal faults have one cause.

    Of an exception, this is its type and the line that raised it.
    """
    raised = RAISED.search(message.en)
    if raised is not None:
        return "raised {type} at {file}:{line}".format(**raised.groupdict())
    return _without_arguments(message.en)


def _without_arguments(sentence: str) -> str:
    """Return the sentence without the arguments of the call that it begins with."""
    call = CALL.search(sentence)
    if call is None:
        return sentence
    start = call.end() - 1
    depth = 0
    for position in range(start, len(sentence)):
        if sentence[position] in "([{":
            depth += 1
        elif sentence[position] in ")]}":
            depth -= 1
        if depth == 0:
            return sentence[:start] + sentence[position + 1 :]
    return sentence


def short_name(check: str, exercise: str) -> str:
    """Return worked_example for the check test_sigmoid_worked_example of the exercise sigmoid."""
    name = check.removeprefix("test_")
    for prefix in (exercise, exercise.lower()):
        name = name.removeprefix(f"{prefix}_")
    return name


def and_more(names: Sequence[str]) -> Text:
    """Return "and 2 more checks: keeps_float64, of_one_number"."""
    sentence = AND_ONE_MORE if len(names) == 1 else AND_MORE
    return sentence.filled(count=len(names), names=listed(names))


def listed(names: Sequence[str]) -> Text:
    """Return the first names, with commas; an ellipsis stands for the others.

    A check with several sets of parameters has one name, with its number: on_random_inputs ×6.
    """
    shown = []
    for name, count in Counter(name.split("[")[0] for name in names).items():
        shown.append(f"{name} ×{count}" if count > 1 else name)
    if len(shown) > MAX_NAMES:
        shown[MAX_NAMES:] = ["…"]
    return joined(shown)


def joined(names: Sequence[str]) -> Text:
    """Return the names with the commas of each language."""
    return Text(", ".join(names), "、".join(names))
