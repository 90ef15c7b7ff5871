"""The course grades itself: everything that CONTRIBUTING promises of an exercise, checked over what lies in the folders."""

import doctest
import re
import types
from collections.abc import Callable, Iterator

import msgspec

from ..course.model import QUIZ, QUIZ_KEY, Course, Exercise, Topic
from ..course.stubs import stale_stubs
from ..errors import CourseError
from ..grading.grader import Grader
from ..grading.misconceptions import load_misconceptions, read_reference, variant
from ..grading.submission_run import grade_exercise
from ..quiz.checkup import check_quiz
from ..results.model import ExerciseResult, Verdict
from ..source import Source
from ..text import Text
from .mutation.run import EQUIVALENTS, load_equivalents, mutate_exercise

CHINESE = re.compile(r"[\u4e00-\u9fff]")
MIN_VISIBLE, MIN_HIDDEN, MIN_MISCONCEPTIONS, MIN_HINTS = 2, 5, 3, 2
SHARED_FILES = {"README.md"}
EXERCISE_FILES = {"topic.toml", QUIZ, "answers.yaml"}  # the last one: an author who tries the quiz
ALTERNATIVES = "alternatives.py"  # second solutions, written another way: each must be accepted
NEEDS_ALTERNATIVE = 3  # difficulty from which an exercise has one
SOLUTION_FILES = {"misconceptions.toml", QUIZ_KEY, EQUIVALENTS, ALTERNATIVES}


class Finding(msgspec.Struct, frozen=True):
    """One thing to mend."""

    where: str
    what: str


def verify(
    course: Course, grader: Grader, *, sample: int, progress: Callable[[str], None] = lambda step: None
) -> list[Finding]:
    """All findings, in the course's order; none where the course keeps its promises.

    sample: mutants to try for each exercise.
    progress: called with the name of what is looked at.
    """
    findings = [Finding(name, "The stub is out of date: run `autograder stubs`.") for name in stale_stubs(course)]
    for topic in grader.prepared.topics:
        progress(topic.name)
        findings += _stray_files(course, topic)
        if topic.quiz_points:
            findings += (Finding(where, what) for where, what in check_quiz(course, topic, progress=progress))
        if not topic.exercises:
            continue
        findings += _unknown_names(topic)
        findings += _alternatives(grader, topic)
        findings += _doctests(topic)
        for exercise in topic.exercises:
            progress(exercise.name)
            for look in (_parts, _stub, _reference):
                findings += look(grader, topic, exercise)
            findings += _misconceptions(grader, topic, exercise)
            findings += _mutants(grader, topic, exercise, sample)
    return findings


def _stray_files(course: Course, topic: Topic) -> Iterator[Finding]:
    own = {topic.filename, f"test_{topic.filename}"} | SHARED_FILES
    for folder, allowed in ((topic.exercises_folder, EXERCISE_FILES), (topic.solutions_folder, SOLUTION_FILES)):
        for path in sorted(folder.iterdir()):
            if path.name not in own | allowed and path.name != "__pycache__":
                yield Finding(str(path.relative_to(course.root)), "This file has no place in a topic's folder.")


def _unknown_names(topic: Topic) -> Iterator[Finding]:
    known = {exercise.name for exercise in topic.exercises}
    for name, table in (
        ("misconceptions", load_misconceptions(topic)),
        ("equivalent mutants", load_equivalents(topic)),
    ):
        for exercise in table.keys() - known:
            yield Finding(exercise, f"It has {name}, but topic.toml does not list it.")


def _alternatives(grader: Grader, topic: Topic) -> Iterator[Finding]:
    """Harder exercises have a second solution, written another way, and it passes every check."""
    path = topic.solutions_folder / ALTERNATIVES
    code = path.read_text(encoding="utf-8") if path.is_file() else ""
    source = Source(filename=topic.filename, chunks=((ALTERNATIVES, code),))
    for exercise in topic.exercises:
        if source.chunk_defining(exercise.name) is None:
            if exercise.difficulty >= NEEDS_ALTERNATIVE:
                yield Finding(exercise.name, f"Its difficulty is {exercise.difficulty}: {ALTERNATIVES} must solve it.")
            continue
        for check in grade_exercise(grader.prepared, grader.server, topic, exercise, source).checks:
            if check.verdict is not Verdict.PASSED:
                yield Finding(exercise.name, f"{ALTERNATIVES} does not pass {check.id}: {check.message.en}")


def _doctests(topic: Topic) -> Iterator[Finding]:
    """Every exercise has a worked example, and each example runs."""
    module = types.ModuleType(topic.module)
    exec(compile(topic.reference.read_text(encoding="utf-8"), str(topic.reference), "exec"), module.__dict__)
    finder, runner = doctest.DocTestFinder(recurse=True), doctest.DocTestRunner(verbose=False)
    for exercise in topic.exercises:
        target = module.__dict__[exercise.name]
        target.__module__ = module.__name__
        tests = finder.find(target, exercise.name, module=module, globs=dict(module.__dict__))
        if not any(test.examples for test in tests):
            yield Finding(exercise.name, "Its docstring has no worked example.")
        for test in tests:
            printed: list[str] = []
            if runner.run(test, out=printed.append).failed:
                yield Finding(exercise.name, "Its worked example is wrong:\n" + "".join(printed).strip())
        if not CHINESE.search(target.__doc__ or ""):
            yield Finding(exercise.name, "Its docstring has no Chinese paragraph.")


def _parts(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Enough of everything, in both languages."""
    checks = grader.prepared.checks[exercise.name]
    counts = {
        "visible checks": (len({c.function for c in checks if c.visible}), MIN_VISIBLE),
        "hidden checks": (len({c.function for c in checks if not c.visible}), MIN_HIDDEN),
        "misconceptions": (len(load_misconceptions(topic).get(exercise.name, [])), MIN_MISCONCEPTIONS),
        "hints": (len(exercise.hints), MIN_HINTS),
    }
    for what, (count, least) in counts.items():
        if count < least:
            yield Finding(exercise.name, f"It has {count} {what}; at least {least} are asked for.")
    texts = {f"hint {n}": hint for n, hint in enumerate(exercise.hints, 1)} | {"title": exercise.title}
    texts |= {f"check {check.id}": check.title for check in checks}
    texts |= {f"misconception {m.name}": Text(m.en, m.zh) for m in load_misconceptions(topic).get(exercise.name, [])}
    for what, text in texts.items():
        if not text.en.strip() or not CHINESE.search(text.zh):
            yield Finding(exercise.name, f"Its {what} is not in both languages.")
    ids = [check.id for check in checks]
    for double in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        yield Finding(exercise.name, f"Two checks are called {double}.")


def _stub(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    code = topic.stub.read_text(encoding="utf-8") if topic.stub.is_file() else ""
    result = grade_exercise(
        grader.prepared,
        grader.server,
        topic,
        exercise,
        Source(filename=topic.filename, chunks=((topic.filename, code),)),
    )
    for check in result.checks:
        if check.verdict is not Verdict.NOT_ATTEMPTED:
            yield Finding(exercise.name, f"{check.id} says {check.verdict} of the untouched stub.")


def _reference(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    result = grade_exercise(grader.prepared, grader.server, topic, exercise, read_reference(topic))
    for check in result.checks:
        if check.verdict is not Verdict.PASSED:
            yield Finding(exercise.name, f"The reference does not pass {check.id}: {check.message.en}")


def _misconceptions(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Each one fails a hidden check, and a student who writes it is told so."""
    variants = []
    for misconception in load_misconceptions(topic).get(exercise.name, []):
        try:
            variants.append((misconception, variant(topic.reference, exercise.name, misconception)))
        except CourseError as error:
            yield Finding(exercise.name, str(error))
            return  # with one that does not fit, none can be replayed
    for misconception, source in variants:
        result = grade_exercise(grader.prepared, grader.server, topic, exercise, source)
        if result.verdict is Verdict.REFUSED:
            continue  # the rule's own message says it
        if not _fails_hidden(result):
            yield Finding(exercise.name, f"Misconception {misconception.name} passes all hidden checks.")
        elif misconception.name not in {diagnosis.name for diagnosis in result.misconceptions}:
            told = ", ".join(diagnosis.name for diagnosis in result.misconceptions) or "nothing"
            yield Finding(exercise.name, f"Who writes {misconception.name} is told {told}.")


def _fails_hidden(result: ExerciseResult) -> bool:
    return any(not c.visible and c.verdict not in (Verdict.PASSED, Verdict.BROKEN) for c in result.checks)


def _mutants(grader: Grader, topic: Topic, exercise: Exercise, sample: int) -> Iterator[Finding]:
    report = mutate_exercise(grader, topic, exercise, sample=sample)
    for mutant in report.survivors:
        yield Finding(exercise.name, f"A mutant passes all hidden checks:\n{mutant.diff}")
    for equivalent in report.stale:
        yield Finding(exercise.name, f"Listed as equivalent, but it is not, or is no mutant: {equivalent.after}")
