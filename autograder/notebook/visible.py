"""The visible checks on what the notebook defines now, as a result like any other."""

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
from ..checks.describe import describe
from ..checks.failures import CheckFailure, NotAttempted
from ..checks.rules import find_banned
from ..checks.run import Outcome, run_check
from ..checks.student import Student
from ..course.model import Course, Exercise, Topic
from ..grading.attempt import NOT_TRIED
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
    """What the exercise's visible checks say, and the share of its points that they give."""
    topic = course.topic(exercise.topic)
    transport = LiveTransport(live_source(topic.filename))
    parameters = {e.name: _parameters(getattr(transport.session.module, e.name, None)) for e in topic.exercises}
    outcomes: list[Outcome] = []
    checks = _checks(topic)[exercise.name]
    with _undisturbed():
        for check in checks:
            timeouts = sum(outcome.verdict is Verdict.TIMED_OUT for outcome in outcomes)
            if timeouts >= course.limits.strikes:
                outcomes.append(Outcome(verdict=Verdict.TIMED_OUT, description=NOT_TRIED))
            else:
                student = _student(course, topic, exercise, transport)
                outcomes.append(_refusal(exercise, transport) or run_check(check, student, parameters))
    results = [_result(check, outcome) for check, outcome in zip(checks, outcomes, strict=True)]
    return exercise_result(exercise.name, topic.name, exercise.points, results, ())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing that libraries or the student's code print gets out: nbgrader takes a word on stderr for an error."""
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
    """Collected once, and again when the file has changed."""
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
    """Why no check need run: nothing is there, or a rule is broken."""
    failure: CheckFailure | None
    if exercise.name not in transport.names:
        failure = NotAttempted(exercise.name, UNDEFINED.filled(name=exercise.name))
    else:
        failure = find_banned(transport.source, exercise.name, exercise.banned)
    return Outcome(verdict=failure.verdict, description=describe(failure, [], {})) if failure else None


def _parameters(function: Any) -> tuple[str, ...]:
    """As the student wrote them, to name arguments by."""
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
    """Every call of a check is seeded; the notebook's own random numbers go on as if nothing had been."""
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
