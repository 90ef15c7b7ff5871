"""Hostile submissions: each gets its promised verdict, earns nothing, leaks nothing and leaves nothing behind."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile import (
    LIMITS,
    RECOVERY_SECONDS,
    SLACK_SECONDS,
    UNREADABLE,
    Attack,
    attacks,
    clear,
    leaks,
    load_builder,
    numbers_in,
    rendered,
    settled,
    texts_of,
    traces,
    unprintable,
)
from small_course import REFERENCE, ROOT, local_student, write_course

from autograder.course.model import Course, load_course
from autograder.errors import SubmissionError
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import ExerciseResult, SubmissionResult, Verdict
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.model import Submission
from autograder.submission.read import open_submission
from autograder.text import printable

pytestmark = pytest.mark.alone
MAX_LINES = 500  # of a report: one submission must not bury the others

# Right in one exercise and wrong in the other, so that there are messages to compare.
NEIGHBOUR = """
def double(x):
    return 2 * x


class Tally:
    def add(self, word):
        pass

    def count(self, word):
        return 7
"""


class Attacked:
    """A grader with short deadlines, the result of an honest neighbour, and a folder for the attack."""

    def __init__(self, course: Course, server: ForkServer, folder: Path) -> None:
        self.course = course
        self.grader = Grader(course, server, Settings(topics=("01_demo",)))
        self.folder = folder
        self.secrets = list(self._hidden_numbers())
        assert len(self.secrets) > 10  # or nothing could be seen to leak
        self.neighbour = self.grade(NEIGHBOUR, "neighbour")

    def grade(self, code: str, name: str) -> SubmissionResult:
        path = self.folder / name / "demo.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
        return self.grader.grade(open_submission(path.parent, self.course))

    def grade_timed(self, code: str) -> tuple[SubmissionResult, float]:
        started = time.monotonic()
        result = self.grade(code, "attack")
        return result, time.monotonic() - started

    def leaks(self, texts: list[str]) -> list[str]:
        return leaks(texts, self.secrets, (ROOT, self.course.root))

    def _hidden_numbers(self) -> Iterator[float]:
        """Yield the numbers that hidden checks pass in and expect."""
        for check in self.grader.prepared.checks["double"]:
            student = local_student(REFERENCE)
            check.run(student)
            if not check.visible:
                for call in student.calls:
                    yield from numbers_in([call.args, call.value])


@pytest.fixture(scope="module")
def attacked(server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    course = load_course(write_course(tmp_path_factory.mktemp("course")))
    course.limits = LIMITS
    attacked = Attacked(course, server, tmp_path_factory.mktemp("class"))
    assert attacked.neighbour.confinement["file_access"] == "on"  # without it they would harm this machine
    return attacked


@pytest.fixture
def nothing_left(attacked: Attacked) -> Iterator[Callable[[], list[str]]]:
    """Return a function that lists what the test left behind. If there is something, clear it up."""
    server = attacked.grader.server
    assert server.process is not None
    if server.process.poll() is not None:  # an earlier test failed
        attacked.grade(NEIGHBOUR, "neighbour")
    before = traces(server)

    def look() -> list[str]:
        return settled(server, before)

    yield look
    if look():
        clear(server, before)


def unearned(double: ExerciseResult) -> list[str]:
    """Return the hidden checks that passed. No attack answers one rightly, so that none was earned."""
    return [check.id for check in double.checks if check.verdict is Verdict.PASSED and not check.visible]


def assert_harmless(attacked: Attacked, attack: Attack, result: SubmissionResult) -> None:
    """Compare verdict, points and reports with what the attack may reach."""
    double, tally = result.exercises
    assert double.verdict in attack.verdicts, [(c.id, c.verdict, c.message.en) for c in double.checks]
    assert unearned(double) == [] or (double.verdict is Verdict.REFUSED and double.points == 0)
    assert double.points < double.worth / 2 and tally.points == 0
    assert not result.broken
    assert attacked.leaks(texts_of(result)) == []
    shown = rendered(result, ("01_demo",))
    assert attacked.leaks([shown]) == []
    assert unprintable(shown) == []
    assert shown.count("\n") < MAX_LINES


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_an_attack_gains_nothing_and_leaves_nothing(
    attacked: Attacked, nothing_left: Callable[[], list[str]], attack: Attack
) -> None:
    result, took = attacked.grade_timed(attack.path.read_text(encoding="utf-8"))
    assert_harmless(attacked, attack, result)
    assert took < RECOVERY_SECONDS
    assert nothing_left() == []
    assert attacked.grade(NEIGHBOUR, "neighbour") == attacked.neighbour


@pytest.mark.parametrize("attack", [a for a in attacks() if a.name.startswith("remembers")], ids=lambda a: a.name)
def test_a_second_grading_knows_nothing_of_the_first(
    attacked: Attacked, nothing_left: Callable[[], list[str]], attack: Attack
) -> None:
    code = attack.path.read_text(encoding="utf-8")
    first, second = attacked.grade(code, "attack"), attacked.grade(code, "attack")
    assert first == second
    assert_harmless(attacked, attack, second)
    assert nothing_left() == []


def opened(path: Path, course: Course) -> Submission | str:
    """Return the submission, or the reason why it cannot be read."""
    try:
        return open_submission(path, course)
    except SubmissionError as error:
        return str(error)


@pytest.mark.parametrize("attack", attacks("handed_in"), ids=lambda attack: attack.name)
def test_a_hostile_folder_archive_or_notebook_is_read_as_data(
    attacked: Attacked, nothing_left: Callable[[], list[str]], tmp_path: Path, attack: Attack
) -> None:
    path = load_builder(attack).build(tmp_path)
    started = time.monotonic()
    submission = opened(path, attacked.course)
    if isinstance(submission, str):
        assert UNREADABLE in attack.verdicts, submission
        assert attacked.leaks([submission.replace(str(path), "")]) == [] and unprintable(printable(submission)) == []
    else:
        result = attacked.grader.grade(submission)
        assert time.monotonic() - started < LIMITS.call_seconds + SLACK_SECONDS
        assert_harmless(attacked, attack, result)
    assert nothing_left() == []
    assert attacked.grade(NEIGHBOUR, "neighbour") == attacked.neighbour


def test_each_attack_promises_one_thing_and_is_short() -> None:
    everything = [*attacks(), *attacks("handed_in")]
    assert len({attack.what for attack in everything}) == len(everything) >= 110
    for attack in everything:
        assert len(attack.path.read_text(encoding="utf-8").splitlines()) <= 40, attack.name
        assert len(attack.what) < 115, attack.name
