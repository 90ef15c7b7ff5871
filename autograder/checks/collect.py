"""The checks in a course's folders, collected by pytest itself: parametrisation, ids and assertion messages are its."""

import contextlib
import functools
import inspect
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ..course.model import Topic
from ..errors import CourseError
from ..text import Text
from .spec import spec_of
from .student import Student

# Of pytest's own: what only a run needs. The one for unraisable exceptions collects garbage, again and again.
UNUSED_PLUGINS = ("terminal", "cacheprovider", "logging", "capture", "unraisableexception", "threadexception")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check function with one set of parameters."""

    id: str  # test_agrees_with_autograd, or test_steps[adam]
    exercise: str
    title: Text
    weight: int
    visible: bool
    is_watched: bool = False  # banned operators are looked for in two checks of an exercise, since looking is slow
    function: Any
    arguments: dict[str, Any]

    def run(self, student: Student) -> None:
        """Raises what the check raises."""
        self.function(**self.arguments, student=student)


class _Collector:
    """A pytest plugin that keeps what was collected and runs nothing."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []
        self.errors: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = [item for item in session.items if isinstance(item, pytest.Function)]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr))


def collect_checks(topics: Sequence[Topic], *, hidden: bool = True) -> dict[str, list[Check]]:
    """Exercise -> its checks, visible ones first. Raises CourseError where a check file cannot be read."""
    topics = [topic for topic in topics if topic.exercises]
    if not topics:
        return {}
    files = [topic.visible_checks for topic in topics]
    files += [topic.hidden_checks for topic in topics] if hidden else []
    for path in files:
        if not path.is_file():
            raise CourseError(f"{path} is missing.")
    checks: dict[str, list[Check]] = {e.name: [] for topic in topics for e in topic.exercises}
    visible = {path.resolve() for path in (topic.visible_checks for topic in topics)}
    resolved = functools.cache(Path.resolve)
    for item in _collect(files):
        check = _check(item, resolved(item.path) in visible)
        if check.exercise not in checks:
            raise CourseError(f"{item.path}: {item.name} checks {check.exercise}, which topic.toml does not list.")
        checks[check.exercise].append(check)
    return {exercise: _watched(of_exercise) for exercise, of_exercise in checks.items()}


def _watched(checks: list[Check]) -> list[Check]:
    """The same checks; the middle and the last function, each with its first parameters, are watched."""
    first = list({check.function: number for number, check in reversed(list(enumerate(checks)))}.values())[::-1]
    chosen = {first[len(first) // 2], first[-1]} if first else set()
    return [msgspec.structs.replace(check, is_watched=number in chosen) for number, check in enumerate(checks)]


def _collect(files: Sequence[Path]) -> list[pytest.Function]:
    collector = _Collector()
    without = [option for plugin in UNUSED_PLUGINS for option in ("-p", f"no:{plugin}")]
    arguments = [
        *map(str, files),
        "--collect-only",
        "--import-mode=importlib",
        f"--rootdir={files[0].parents[2]}",
        *without,
        *("-c", "/dev/null"),
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        status = pytest.main(arguments, plugins=[collector])
    _forget(files)
    if collector.errors or status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise CourseError(f"The checks cannot be collected:\n{chr(10).join(collector.errors) or status!r}")
    return collector.items


def _forget(files: Sequence[Path]) -> None:
    """pytest files a module under its path below the root: the next course may have another one of that name."""
    paths = {str(path) for path in files}
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) in paths:
            del sys.modules[name]


def _check(item: pytest.Function, is_visible: bool) -> Check:
    spec = spec_of(item.function)
    if spec is None:
        raise CourseError(f"{item.path}: {item.name} is not a check.", fix="Decorate it with @check(EXERCISE).")
    callspec = getattr(item, "callspec", None)
    arguments = dict(callspec.params) if callspec else {}
    odd = set(inspect.signature(item.function).parameters) - {"student", *arguments}
    if odd:
        raise CourseError(f"{item.path}: {item.name} asks for {', '.join(sorted(odd))}: a check only gets `student`.")
    return Check(
        id=item.name,
        exercise=spec.exercise,
        title=spec.title + Text(f" [{callspec.id}]", f"［{callspec.id}］") if callspec else spec.title,
        weight=spec.weight,
        visible=is_visible,
        function=item.function,
        arguments=arguments,
    )
