"""Answers with a wrong number of results: a check writes `y, grad = student.f(x)`, and f returned one tensor.

A tensor with two rows even unpacks into two. So the check's own source is read, to see how many results it expects.
"""

import ast
import functools
import inspect
import textwrap
import tokenize
import types
from collections.abc import Iterator, Sequence

from ..text import NOTHING, Text
from .calls import Parameters, write_call
from .student import RecordedCall, RemoteObject
from .templates import BRIEF, RETURNED, Description
from .values import RESULT, count, one_result


def describe_unpacking(
    error: BaseException, calls: Sequence[RecordedCall], parameters: Parameters
) -> Description | None:
    """Return the sentences for a call whose result the check unpacks into another number; None if there is none."""
    names_of = _unpacked_calls(error)
    for call in reversed(calls):
        names = names_of.get(call.label)
        if names is None or call.value is None or isinstance(call.value, RemoteObject):
            continue
        if isinstance(call.value, tuple | list) and len(call.value) == len(names):
            continue
        return Description(_wrong_number(call, names, parameters), BRIEF["length"])
    return None


def _wrong_number(call: RecordedCall, names: Sequence[str], parameters: Parameters) -> Text:
    """Return the sentence for a result that is no pair, triple, … of the expected length."""
    written = write_call(call, parameters)
    if isinstance(call.value, tuple | list):
        actual, expected = count(len(call.value), RESULT), count(len(names), RESULT)
        return RETURNED["length"].filled(call=written, actual=actual, expected=expected + _listed(names), where=NOTHING)
    return RETURNED["results"].filled(
        call=written, actual=one_result(call.value), count=len(names), names=_listed(names)
    )


def _listed(names: Sequence[str]) -> Text:
    """Return " (y, grad)" if each result has a name of its own."""
    if any(name in ("", "_") for name in names):
        return NOTHING
    listed = ", ".join(names)
    return Text(f" ({listed})", f"（{listed}）")


def _unpacked_calls(error: BaseException) -> dict[str, tuple[str, ...]]:
    """Return function -> the names that its results get, for `y, grad = student.f(x)` in the functions that were running."""
    found: dict[str, tuple[str, ...]] = {}
    for code in _running(error):
        found |= _unpacked_in(code)
    return found


def _running(error: BaseException) -> Iterator[types.CodeType]:
    """Yield the code of each function that the error passed through."""
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame.f_code
        traceback = traceback.tb_next


@functools.lru_cache(maxsize=1024)
def _unpacked_in(code: types.CodeType) -> dict[str, tuple[str, ...]]:
    """Return the same for one function. A source that is not there counts as empty."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, TypeError, IndexError, SyntaxError, ValueError, tokenize.TokenError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        function, target = node.value.func, node.targets[0]
        if isinstance(function, ast.Attribute) and isinstance(target, ast.Tuple) and not _has_star(target):
            names = [item.id if isinstance(item, ast.Name) else "" for item in target.elts]
            found[function.attr] = tuple(names)
    return found


def _has_star(target: ast.Tuple) -> bool:
    return any(isinstance(item, ast.Starred) for item in target.elts)
