"""Runs a failed check once more, each call in a fresh copy of the student's module, to find state between calls."""

import contextlib
import io
from collections.abc import Callable

import pytest

from ..checks.collect import Check
from ..checks.local import LocalTransport
from ..checks.spec import CheckSpec
from ..checks.state import may_keep_state, state_is_kept
from ..checks.student import Student, Transport
from ..source import Source


def passes_alone(
    item: pytest.Item, spec: CheckSpec, source: Source, make_student: Callable[[Transport], Student]
) -> bool:
    """Return True if the item's check passes with each call in a fresh module. What the module prints is discarded."""
    if not isinstance(item, pytest.Function) or not may_keep_state(source):
        return False
    callspec = getattr(item, "callspec", None)
    check = Check(
        id=item.name,
        exercise=spec.exercise,
        title=spec.title,
        weight=spec.weight,
        visible=True,
        function=item.function,
        arguments=dict(callspec.params) if callspec else {},
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return state_is_kept(check, make_student, lambda: LocalTransport(source))
