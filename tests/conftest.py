"""Fixtures that several rooms use: the small course, a warm fork server, and a grader with short limits."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_course import QUICK, write_course

from autograder.course.model import Course, load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import SubmissionResult
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """Start one fork server for all tests that share it."""
    with ForkServer(QUICK) as server:
        yield server


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Write the small course once. Tests must not change its files."""
    return load_course(write_course(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="session")
def grader(course: Course, server: ForkServer) -> Grader:
    """Make one grader of the small course, with short limits."""
    course.limits = QUICK
    return Grader(course, server, Settings(topics=("01_demo",)))


@pytest.fixture
def own_course(tmp_path: Path) -> Path:
    """Write a copy of the small course that the test may change."""
    return write_course(tmp_path / "own")


@pytest.fixture
def hand_in(tmp_path: Path, grader: Grader) -> Callable[..., SubmissionResult]:
    """Return a function that grades one file's text as a submission to the small course."""

    def grade(code: str, name: str = "demo.py") -> SubmissionResult:
        path = tmp_path / "student" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(code), encoding="utf-8")
        return grader.grade(open_submission(path.parent, grader.course))

    return grade
