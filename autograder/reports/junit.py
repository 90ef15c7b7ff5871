"""JUnit XML in the dialect of pytest's xunit2 and Jenkins' xUnit plugin: a suite for each exercise, a case a check.

A quiz is a suite, too, with a case for each question.
"""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..results.model import CheckResult, ExerciseResult, QuizResult, SubmissionResult, Verdict
from ..text import Language
from .format import Context, Format, only
from .inert import one_line, shortened
from .quiz import messages, reply

MAX_MESSAGE = 200  # characters of the attribute; the whole message is the element's text
ELEMENTS = {Verdict.NOT_ATTEMPTED: "skipped", Verdict.BROKEN: "error"}  # the other faults are failures


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield the whole document."""
    yield document(only(results), context.language)


def document(result: SubmissionResult, language: Language, *, with_files: bool = False) -> str:
    """Return the result as XML.

    with_files: each case names its file, which pytest's dialect does not know.
    """
    suites = [_exercise(exercise, language, with_files) for exercise in result.exercises]
    suites += [_quiz(quiz, language) for quiz in result.quizzes]
    if result.problems:
        suites.append(_problems(result, language))
    root = Element("testsuites", {"name": one_line(result.submission), **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ElementTree.tostring(root, encoding="unicode") + "\n"


def _exercise(exercise: ExerciseResult, language: Language, with_files: bool) -> Element:
    """Return an exercise as a suite, with a case for each check."""
    cases = []
    for check in exercise.checks:
        case = _case(f"{exercise.topic}.{exercise.name}", _title(check, language))
        if with_files and exercise.file:
            case.set("file", exercise.file)
        if check.verdict is not Verdict.PASSED:
            _add_fault(case, check.verdict, _fault_message(check, exercise, language))
        cases.append(case)
    return _suite(exercise.name, cases)


def _fault_message(check: CheckResult, exercise: ExerciseResult, language: Language) -> str:
    """Return the check's message; after that of a failure, the advice about the exercise's misconceptions."""
    lines = ["\n".join(check.message.lines(language))]
    if check.verdict not in ELEMENTS:
        for diagnosis in exercise.misconceptions:
            lines += diagnosis.sentence.lines(language)
    return "\n".join(lines).strip()


def _quiz(quiz: QuizResult, language: Language) -> Element:
    """Name each case after its question's id: the prompt differs from student to student."""
    name = f"{quiz.topic}.quiz"
    cases = []
    for question in quiz.questions:
        case = _case(name, one_line(question.id))
        if question.verdict is Verdict.NOT_ATTEMPTED:
            _add_fault(case, question.verdict, "")
        elif question.verdict is not Verdict.PASSED:
            message = "\n".join(messages(question, language))
            _add_fault(case, question.verdict, message, " ".join(reply(question, language)))
        cases.append(case)
    return _suite(name, cases)


def _problems(result: SubmissionResult, language: Language) -> Element:
    """Return the problems with the files as skipped cases, since they cost no points by themselves."""
    cases = []
    for number, problem in enumerate(result.problems, 1):
        case = _case("files", f"{number}. {one_line(problem.file)}".strip())
        reason = " ".join(problem.sentence.lines(language))
        SubElement(case, "skipped", message=shortened(one_line(reason), MAX_MESSAGE)).text = reason
        cases.append(case)
    return _suite("files", cases)


def _suite(name: str, cases: list[Element]) -> Element:
    suite = Element("testsuite", {"name": name, **_counts(cases)})
    suite.extend(cases)
    return suite


def _case(classname: str, name: str) -> Element:
    return Element("testcase", classname=one_line(classname), name=name)


def _title(check: CheckResult, language: Language) -> str:
    return one_line(f"{check.id}: {' '.join(check.title.lines(language))}")


def _add_fault(case: Element, verdict: Verdict, message: str, brief: str = "") -> None:
    """Add the element that makes a case a failure. brief: the attribute's text; default: the beginning of the message."""
    kind = ELEMENTS.get(verdict, "failure")
    summary = shortened(one_line(brief or message), MAX_MESSAGE) or verdict.replace("_", " ")
    SubElement(case, kind, type=verdict.value, message=summary).text = message or summary


def _counts(cases: list[Element]) -> dict[str, str]:
    kinds = [child.tag for case in cases for child in case]
    return {
        "tests": str(len(cases)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    }


def _sums(suites: list[Element]) -> dict[str, str]:
    sums = dict.fromkeys(("tests", "failures", "errors"), 0)
    for suite in suites:
        for key in sums:
            sums[key] += int(suite.attrib[key])
    return {key: str(value) for key, value in sums.items()}


FORMAT = Format(name="junit", what="JUnit XML, for Jenkins and most others", render=render)
