"""The course grades itself: check everything that CONTRIBUTING requires of an exercise."""

import doctest
import re
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

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
MIN_VISIBLE, MIN_HIDDEN, MIN_MISCONCEPTIONS, MIN_HINTS = 2, 5, 3, 3
SHARED_FILES = {"README.md"}
EXERCISE_FILES = {"topic.toml", QUIZ, "answers.yaml"}  # answers.yaml: from an author who tries the quiz
ALTERNATIVES = "alternatives.py"  # second solutions, written in another way; the checks must accept each
NEEDS_ALTERNATIVE = 3  # from this difficulty on, an exercise needs a second solution
SOLUTION_FILES = {"misconceptions.toml", QUIZ_KEY, EQUIVALENTS, ALTERNATIVES}


class Finding(msgspec.Struct, frozen=True):
    """One thing that an author has to fix."""

    where: str
    what: str


def verify(
    course: Course, grader: Grader, *, sample: int, progress: Callable[[str], None] = lambda step: None
) -> list[Finding]:
    """Return all findings, in the order of the course.

    sample: the number of mutants to try for each exercise.
    progress: is called with the name of each topic and exercise.
    """
    findings = [Finding(name, "The stub is out of date: run `autograder stubs`.") for name in stale_stubs(course)]
    for topic in grader.prepared.topics:
        progress(topic.name)
        findings += _stray_files(course, topic)
        if topic.quiz_points:
            for where, what in check_quiz(course, topic, progress=progress):
                findings.append(Finding(where, what))
        if topic.exercises:
            findings += _unknown_names(topic)
            findings += _alternatives(grader, topic)
            findings += _doctests(topic)
        for exercise in topic.exercises:
            progress(exercise.name)
            findings += _missing_parts(grader, topic, exercise)
            findings += _missing_languages(grader, topic, exercise)
            findings += _duplicate_checks(grader, exercise)
            findings += _trivial(grader, topic, exercise)
            findings += _stub(grader, topic, exercise)
            findings += _reference(grader, topic, exercise)
            findings += _misconceptions(grader, topic, exercise)
            findings += _mutants(grader, topic, exercise, sample)
    return findings


def _stray_files(course: Course, topic: Topic) -> Iterator[Finding]:
    """Report files that do not belong in the topic's folders."""
    always = {topic.filename, f"test_{topic.filename}", "__pycache__"} | SHARED_FILES
    folders = [(topic.exercises_folder, EXERCISE_FILES), (topic.solutions_folder, SOLUTION_FILES)]
    for folder, special in folders:
        for path in sorted(folder.iterdir()):
            if path.name not in always | special:
                yield Finding(str(path.relative_to(course.root)), "This file does not belong in a topic's folder.")


def _unknown_names(topic: Topic) -> Iterator[Finding]:
    """Report tables for exercises that topic.toml does not list."""
    known = {exercise.name for exercise in topic.exercises}
    for name in load_misconceptions(topic).keys() - known:
        yield Finding(name, "It has misconceptions, but topic.toml does not list it.")
    for name in load_equivalents(topic).keys() - known:
        yield Finding(name, "It has equivalent mutants, but topic.toml does not list it.")


def _alternatives(grader: Grader, topic: Topic) -> Iterator[Finding]:
    """Report a difficult exercise without a second solution, and a second solution that a check rejects."""
    path = topic.solutions_folder / ALTERNATIVES
    source = Source(filename=topic.filename, chunks=((ALTERNATIVES, _text_of(path)),))
    for exercise in topic.exercises:
        is_solved = source.chunk_defining(exercise.name) is not None
        if is_solved:
            result = grade_exercise(grader.prepared, grader.server, topic, exercise, source)
            yield from _rejections(ALTERNATIVES, result)
        elif exercise.difficulty >= NEEDS_ALTERNATIVE:
            yield Finding(exercise.name, f"Its difficulty is {exercise.difficulty}: {ALTERNATIVES} must solve it.")


def _text_of(path: Path) -> str:
    """Return the text of a file; "" if it is missing."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _rejections(solution: str, result: ExerciseResult) -> Iterator[Finding]:
    """Report the checks that a solution does not pass."""
    for check in result.checks:
        if check.verdict is not Verdict.PASSED:
            yield Finding(result.name, f"{solution} does not pass {check.id}: {check.message.en}")


def _doctests(topic: Topic) -> Iterator[Finding]:
    """Report a docstring without a worked example or Chinese paragraph, and an example that is wrong."""
    module = types.ModuleType(topic.module)
    code = topic.reference.read_text(encoding="utf-8")
    exec(compile(code, str(topic.reference), "exec"), module.__dict__)
    finder = doctest.DocTestFinder(recurse=True)
    for exercise in topic.exercises:
        target = module.__dict__[exercise.name]
        target.__module__ = module.__name__
        tests = finder.find(target, exercise.name, module=module, globs=dict(module.__dict__))
        yield from _wrong_examples(exercise, tests)
        docstring = target.__doc__ or ""
        if not CHINESE.search(docstring):
            yield Finding(exercise.name, "Its docstring has no Chinese paragraph.")


def _wrong_examples(exercise: Exercise, tests: Sequence[doctest.DocTest]) -> Iterator[Finding]:
    """Report worked examples that are missing or wrong."""
    runner = doctest.DocTestRunner(verbose=False)
    if not any(test.examples for test in tests):
        yield Finding(exercise.name, "Its docstring has no worked example.")
    for test in tests:
        printed: list[str] = []
        outcome = runner.run(test, out=printed.append)
        if outcome.failed:
            difference = "".join(printed).strip()
            yield Finding(exercise.name, f"Its worked example is wrong:\n{difference}")


def _missing_parts(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Report too few checks, misconceptions or hints."""
    checks = grader.prepared.checks[exercise.name]
    visible: set[str] = set()
    hidden: set[str] = set()
    for check in checks:
        functions = visible if check.visible else hidden
        functions.add(check.function)
    misconceptions = load_misconceptions(topic).get(exercise.name, [])
    counts = [
        ("visible checks", len(visible), MIN_VISIBLE),
        ("hidden checks", len(hidden), MIN_HIDDEN),
        ("misconceptions", len(misconceptions), MIN_MISCONCEPTIONS),
        ("hints", len(exercise.hints), MIN_HINTS),
    ]
    for name, count, least in counts:
        if count < least:
            yield Finding(exercise.name, f"The number of its {name} is {count}; it must be at least {least}.")


def _missing_languages(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Report texts that are not in English and Chinese."""
    texts = _texts_by_name(grader, topic, exercise)
    for name, text in texts.items():
        has_english = bool(text.en.strip())
        has_chinese = CHINESE.search(text.zh) is not None
        if not (has_english and has_chinese):
            yield Finding(exercise.name, f"Its {name} is not in both languages.")


def _texts_by_name(grader: Grader, topic: Topic, exercise: Exercise) -> dict[str, Text]:
    """Return the texts of an exercise that students read, by the name that a finding gives them."""
    texts = {"title": exercise.title}
    for number, hint in enumerate(exercise.hints, 1):
        texts[f"hint {number}"] = hint
    for check in grader.prepared.checks[exercise.name]:
        texts[f"check {check.id}"] = check.title
    misconceptions = load_misconceptions(topic).get(exercise.name, [])
    for misconception in misconceptions:
        name = f"misconception {misconception.name}"
        texts[name] = Text(misconception.en, misconception.zh)
    return texts


def _duplicate_checks(grader: Grader, exercise: Exercise) -> Iterator[Finding]:
    """Report names that several checks have."""
    counts = Counter(check.id for check in grader.prepared.checks[exercise.name])
    for check_id, count in sorted(counts.items()):
        if count > 1:
            yield Finding(exercise.name, f"{count} checks have the name {check_id}.")


def _trivial(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Report an exercise of which every check is passed by a trivial answer."""
    trivial = grader.prepared.trivial(topic, exercise)
    if all(check.id in trivial for check in grader.prepared.checks[exercise.name]):
        yield Finding(exercise.name, "A trivial answer passes each of its checks.")


def _stub(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Report checks that do not recognise the unchanged stub."""
    source = Source(filename=topic.filename, chunks=((topic.filename, _text_of(topic.stub)),))
    result = grade_exercise(grader.prepared, grader.server, topic, exercise, source)
    for check in result.checks:
        if check.verdict is not Verdict.NOT_ATTEMPTED:
            yield Finding(exercise.name, f"{check.id} gives the unchanged stub the verdict {check.verdict}.")


def _reference(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Report the checks that the reference does not pass."""
    source = read_reference(topic)
    result = grade_exercise(grader.prepared, grader.server, topic, exercise, source)
    yield from _rejections("The reference", result)


def _misconceptions(grader: Grader, topic: Topic, exercise: Exercise) -> Iterator[Finding]:
    """Report a misconception that passes all hidden checks, and one that the feedback does not name."""
    variants = []
    for misconception in load_misconceptions(topic).get(exercise.name, []):
        try:
            source = variant(topic.reference, exercise.name, misconception)
            variants.append((misconception, source))
        except CourseError as error:
            yield Finding(exercise.name, str(error))
            return  # grading replays all misconceptions, so it fails if one does not fit
    for misconception, source in variants:
        result = grade_exercise(grader.prepared, grader.server, topic, exercise, source)
        if result.verdict is not Verdict.REFUSED:  # the message of a broken rule says what is wrong
            yield from _feedback_on(misconception.name, result)


def _feedback_on(misconception: str, result: ExerciseResult) -> Iterator[Finding]:
    """Report that the hidden checks or the feedback miss a misconception. `result` is that of its code."""
    if not _fails_hidden(result):
        yield Finding(result.name, f"Misconception {misconception} passes all hidden checks.")
        return
    diagnoses = [diagnosis.name for diagnosis in result.misconceptions]
    if misconception not in diagnoses:
        named = ", ".join(diagnoses) or "no misconception"
        yield Finding(result.name, f"The feedback on misconception {misconception} names {named}.")


def _fails_hidden(result: ExerciseResult) -> bool:
    """Return whether a hidden check rejects the code."""
    verdicts = {check.verdict for check in result.checks if not check.visible}
    return not verdicts <= {Verdict.PASSED, Verdict.BROKEN}


def _mutants(grader: Grader, topic: Topic, exercise: Exercise, sample: int) -> Iterator[Finding]:
    """Report mutants that pass all hidden checks, and entries in the list of equivalent mutants that are wrong."""
    report = mutate_exercise(grader, topic, exercise, sample=sample)
    for mutant in report.survivors:
        yield Finding(exercise.name, f"A mutant passes all hidden checks:\n{mutant.diff}")
    for entry in report.stale:
        reason = "a check fails it, or it is not a mutant"
        yield Finding(exercise.name, f"It is listed as an equivalent mutant, but {reason}: {entry.after}")
