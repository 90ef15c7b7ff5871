"""A class in numbers. A run keeps a short summary of each result, so that ten thousand fit into memory."""

from array import array
from collections import Counter
from statistics import median

import msgspec

from .model import ExerciseResult, QuizResult, SubmissionResult, Verdict

FEW = 5  # submissions that a check must fail before it is suspected


class ExerciseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise of a submission."""

    name: str
    topic: str
    verdict: Verdict
    misconceptions: tuple[str, ...]
    only_failed: str = ""  # the one check function that kept the exercise from being right; empty where there were more


class QuizSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One quiz of a submission."""

    topic: str
    points: float
    worth: float
    answered: int  # questions
    passed: int
    questions: int


class WrongNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong number. It may be right for another student's variant."""

    question: str
    attempt: int
    answer: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One submission's result in short."""

    submission: str
    points: float
    worth: float
    exercises: tuple[ExerciseSummary, ...]
    problems: tuple[str, ...]  # "file: what is wrong with it"
    broken: tuple[str, ...]  # "topic: check" of each check or question that is the author's to mend
    suspicious: tuple[str, ...] = ()  # "exercise: what the instructor should look at"
    quizzes: tuple[QuizSummary, ...] = ()
    wrong_numbers: tuple[WrongNumber, ...] = ()


def summarise(result: SubmissionResult) -> Summary:
    """Return what a class run keeps of a result."""
    exercises = []
    for exercise in result.exercises:
        summary = ExerciseSummary(
            name=exercise.name,
            topic=exercise.topic,
            verdict=exercise.verdict,
            misconceptions=tuple(diagnosis.name for diagnosis in exercise.misconceptions),
            only_failed=_only_failed(exercise),
        )
        exercises.append(summary)
    problems = []
    for problem in result.problems:
        sentence = problem.sentence.en
        problems.append(f"{problem.file}: {sentence}" if problem.file else sentence)
    return Summary(
        submission=result.submission,
        points=result.points,
        worth=result.worth,
        exercises=tuple(exercises),
        problems=tuple(problems),
        broken=tuple(_broken(result)),
        suspicious=tuple(suspicions(result)),
        quizzes=tuple(_quiz_summary(quiz) for quiz in result.quizzes),
        wrong_numbers=tuple(_wrong_numbers(result)),
    )


def suspicions(result: SubmissionResult) -> list[str]:
    """Return a line for each construct of the submission that the instructor should look at."""
    lines = []
    for exercise in result.exercises:
        for suspicion in exercise.suspicious:
            lines.append(f"{exercise.name}: {suspicion.sentence}")
    return lines


def _broken(result: SubmissionResult) -> list[str]:
    """Return "topic: check" of each check or question that the author must mend."""
    names = [f"{exercise.topic}: {check.id}" for exercise, check in result.broken]
    for quiz in result.quizzes:
        for question in quiz.questions:
            if question.verdict is Verdict.BROKEN:
                names.append(f"{quiz.topic}: {question.id}")
    return names


def _wrong_numbers(result: SubmissionResult) -> list[WrongNumber]:
    numbers = []
    for quiz in result.quizzes:
        for question in quiz.questions:
            # Only drawn numbers can show a copied answer.
            if question.kind == "numeric" and question.verdict is Verdict.FAILED:
                number = WrongNumber(question=question.id, attempt=question.attempt, answer=question.answer)
                numbers.append(number)
    return numbers


def _only_failed(exercise: ExerciseResult) -> str:
    """Return the one check function that failed; "" if several did, or nothing passed.

    test_steps[adam] and test_steps[sgd] are one check function, test_steps.
    """
    failed = [check.id.split("[")[0] for check in exercise.checks if check.verdict is not Verdict.PASSED]
    if len(failed) == len(exercise.checks) or len(set(failed)) != 1:
        return ""
    return failed[0]


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A check that fails most of the submissions that pass everything else in its exercise."""

    topic: str
    exercise: str
    check: str
    failing: int
    out_of: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.topic}: {self.check} fails {self.failing:,} of the {self.out_of:,} submissions that pass all else "
            f"of {self.exercise}."
        )


def _quiz_summary(quiz: QuizResult) -> QuizSummary:
    return QuizSummary(
        topic=quiz.topic,
        points=quiz.points,
        worth=quiz.worth,
        answered=quiz.answered,
        passed=quiz.passed,
        questions=len(quiz.questions),
    )


class QuizTally:
    """The quiz of one topic, summed over the submissions that answered it."""

    def __init__(self) -> None:
        self.submissions = 0
        self.points = 0.0
        self.worth = 0.0
        self.answered = 0
        self.passed = 0

    def add(self, quiz: QuizSummary) -> None:
        self.submissions += 1
        self.points += quiz.points
        self.worth = max(self.worth, quiz.worth)
        self.answered += quiz.answered
        self.passed += quiz.passed


class ClassTally:
    """A class in numbers, added up as its results come in. It grows by eight bytes a submission."""

    def __init__(self) -> None:
        self.worth = 0.0
        self.points = array("d")
        self.verdicts: dict[tuple[str, str], Counter[Verdict]] = {}  # (topic, exercise) -> verdict -> submissions
        self.misconceptions: Counter[tuple[str, str]] = Counter()  # (exercise, misconception) -> submissions
        self.only_failed: Counter[tuple[str, str, str]] = Counter()  # (topic, exercise, check) -> submissions
        self.quizzes: dict[str, QuizTally] = {}  # by topic
        self.with_problems = 0
        self.broken: set[str] = set()
        self.suspicious: list[str] = []  # "submission: exercise: what the instructor should look at"

    def add(self, summary: Summary) -> None:
        self.points.append(summary.points)
        self.worth = max(self.worth, summary.worth)
        self.with_problems += bool(summary.problems)
        self.broken.update(summary.broken)
        self.suspicious += [f"{summary.submission}: {line}" for line in summary.suspicious]
        for exercise in summary.exercises:
            self.verdicts.setdefault((exercise.topic, exercise.name), Counter())[exercise.verdict] += 1
            if exercise.only_failed:
                self.only_failed[exercise.topic, exercise.name, exercise.only_failed] += 1
            self.misconceptions.update((exercise.name, name) for name in exercise.misconceptions)
        for quiz in summary.quizzes:
            if quiz.answered:
                self.quizzes.setdefault(quiz.topic, QuizTally()).add(quiz)

    @property
    def suspects(self) -> list[Suspect]:
        """The checks that may be wrong themselves, the worst first."""
        found = []
        for (topic, exercise, check), failing in self.only_failed.items():
            out_of = failing + self.verdicts[topic, exercise][Verdict.PASSED]
            if failing >= FEW and 2 * failing > out_of:
                found.append(Suspect(topic=topic, exercise=exercise, check=check, failing=failing, out_of=out_of))
        return sorted(found, key=lambda one: (-one.failing, one.exercise, one.check))

    @property
    def mean(self) -> float:
        return sum(self.points) / len(self.points)

    @property
    def median(self) -> float:
        return median(self.points)
