"""Runs the visible checks on what the notebook defines now; the result is like any other."""

import contextlib
import inspect
import io
import logging
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..checks.collect import Check, collect_checks
from ..checks.describe import Description, describe
from ..checks.failures import CheckFailure, NotAttempted
from ..checks.rules import find_banned
from ..checks.run import NOT_RUN, Outcome, ends_exercise, run_check
from ..checks.student import Student
from ..course.model import Course, Exercise, Topic
from ..results.model import CheckResult, ExerciseResult, Verdict
from ..results.points import exercise_result
from ..text import NOTHING, Text
from .live import LiveTransport, live_source

UNDEFINED = Text(
    "{name} is not defined in this notebook yet: run the cell that defines it.",
    "此 notebook 中还没有定义 {name}：请先运行定义它的单元格。",
)

_collected: dict[tuple[Path, int], dict[str, list[Check]]] = {}


def visible_result(course: Course, exercise: Exercise) -> ExerciseResult:
    """Return the result of the exercise's visible checks, and the points that they give."""
    topic = course.topic(exercise.topic)
    transport = LiveTransport(live_source(topic.filename))
    parameters = {}
    for neighbour in topic.exercises:
        function = getattr(transport.session.module, neighbour.name, None)
        parameters[neighbour.name] = _parameters(function)
    refusal = _refusal(exercise, transport)
    is_over = False
    results = []
    with _undisturbed():
        for check in _checks(topic)[exercise.name]:
            if is_over:
                outcome = Outcome(verdict=Verdict.TIMED_OUT, description=Description(NOT_RUN, NOT_RUN))
            elif refusal is not None:
                outcome = refusal
            else:
                outcome = run_check(check, _student(course, topic, exercise, transport), parameters)
            is_over = is_over or ends_exercise(outcome.verdict)
            results.append(_result(check, outcome))
    return exercise_result(exercise, results)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Discard what libraries and the student's code print: nbgrader takes any text on stderr for an error."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


def _checks(topic: Topic) -> dict[str, list[Check]]:
    """Return exercise -> visible checks. They are collected again only if the file changed."""
    path = topic.visible_checks
    key = path, path.stat().st_mtime_ns if path.is_file() else 0
    if key not in _collected:
        with quiet():
            _collected[key] = collect_checks([topic], hidden=False)
    return _collected[key]


def _student(course: Course, topic: Topic, exercise: Exercise, transport: LiveTransport) -> Student:
    cell = transport.source.chunk_defining(exercise.name) or topic.filename
    return Student(
        transport,
        exercise.name,
        filename=cell,
        seconds=course.limits.call_seconds,
        banned_operators=exercise.banned_operators,
    )


def _refusal(exercise: Exercise, transport: LiveTransport) -> Outcome | None:
    """Return the outcome of every check if none needs to run: the function is missing, or it breaks a rule."""
    failure: CheckFailure | None
    if exercise.name not in transport.names:
        failure = NotAttempted(exercise.name, UNDEFINED.filled(name=exercise.name))
    else:
        failure = find_banned(transport.source, exercise.name, exercise.banned)
    if failure is None:
        return None
    return Outcome(verdict=failure.verdict, description=describe(failure, [], {}))


def _parameters(function: Any) -> tuple[str, ...]:
    """Return the names of the parameters, as the student wrote them."""
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _result(check: Check, outcome: Outcome) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.title,
        visible=True,
        verdict=outcome.verdict,
        weight=check.weight,
        message=outcome.description.full if outcome.description else NOTHING,
    )


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Restore the notebook's random state afterwards: every call of a check sets seeds."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    dtype, has_gradients = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(has_gradients)
