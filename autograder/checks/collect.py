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
        """Run the check. Raises what the check raises."""
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
    """Return exercise -> its checks, visible ones first. Raises CourseError if a check file cannot be read."""
    topics = [topic for topic in topics if topic.exercises]
    if not topics:
        return {}
    files = _check_files(topics, hidden)
    checks: dict[str, list[Check]] = {name: [] for name in _exercise_names(topics)}
    visible = {topic.visible_checks.resolve() for topic in topics}
    resolved = functools.cache(Path.resolve)
    for item in _collect(files):
        check = _check(item, is_visible=resolved(item.path) in visible)
        if check.exercise not in checks:
            raise CourseError(f"{item.path}: {item.name} checks {check.exercise}, which topic.toml does not list.")
        checks[check.exercise].append(check)
    return {name: _watched(of_exercise) for name, of_exercise in checks.items()}


def _exercise_names(topics: Sequence[Topic]) -> list[str]:
    """Return the names of the topics' exercises, in the course's order."""
    return [exercise.name for topic in topics for exercise in topic.exercises]


def _check_files(topics: Sequence[Topic], hidden: bool) -> list[Path]:
    """Return the topics' files of checks, visible ones first. Raises CourseError if one is missing."""
    files = [topic.visible_checks for topic in topics]
    if hidden:
        files += [topic.hidden_checks for topic in topics]
    for path in files:
        if not path.is_file():
            raise CourseError(f"{path} is missing.")
    return files


def _watched(checks: list[Check]) -> list[Check]:
    """Return the same checks; the middle and the last function, each with its first parameters, are watched."""
    if not checks:
        return []
    first_numbers: dict[Any, int] = {}  # function -> the number of its first check
    for number, check in enumerate(checks):
        first_numbers.setdefault(check.function, number)
    candidates = list(first_numbers.values())
    chosen = {candidates[len(candidates) // 2], candidates[-1]}
    watched = []
    for number, check in enumerate(checks):
        watched.append(msgspec.structs.replace(check, is_watched=number in chosen))
    return watched


def _collect(files: Sequence[Path]) -> list[pytest.Function]:
    """Return the test functions that pytest finds in the files."""
    collector = _Collector()
    arguments = [str(path) for path in files]
    arguments += [
        "--collect-only",
        "--import-mode=importlib",
        f"--rootdir={files[0].parents[2]}",
    ]
    for plugin in UNUSED_PLUGINS:
        arguments += ["-p", f"no:{plugin}"]
    arguments += ["-c", "/dev/null"]
    with contextlib.redirect_stdout(io.StringIO()):
        status = pytest.main(arguments, plugins=[collector])
    _forget(files)
    if collector.errors:
        raise CourseError("The checks cannot be collected:\n" + "\n".join(collector.errors))
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise CourseError(f"The checks cannot be collected:\n{status!r}")
    return collector.items


def _forget(files: Sequence[Path]) -> None:
    """Remove the files' modules from `sys.modules`.

    pytest names a module by its path below the root, so a module of the next course may have the same name.
    """
    paths = {str(path) for path in files}
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) in paths:
            del sys.modules[name]


def _check(item: pytest.Function, is_visible: bool) -> Check:
    """Return the check that pytest collected. Raises CourseError if it is not written as one."""
    spec = spec_of(item.function)
    if spec is None:
        raise CourseError(f"{item.path}: {item.name} is not a check.", fix="Decorate it with @check(EXERCISE).")
    title = spec.title
    arguments: dict[str, Any] = {}
    callspec = getattr(item, "callspec", None)
    if callspec:
        title += Text(f" [{callspec.id}]", f"［{callspec.id}］")
        arguments = dict(callspec.params)
    odd = set(inspect.signature(item.function).parameters) - {"student", *arguments}
    if odd:
        raise CourseError(f"{item.path}: {item.name} asks for {', '.join(sorted(odd))}: a check only gets `student`.")
    return Check(
        id=item.name,
        exercise=spec.exercise,
        title=title,
        weight=spec.weight,
        visible=is_visible,
        function=item.function,
        arguments=arguments,
    )
