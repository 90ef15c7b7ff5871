"""CSV: a row for each submission, the points of each exercise and each quiz in a column. No cell is a formula."""

import csv
import io
from collections.abc import Iterable, Iterator

from ..results.model import SubmissionResult
from ..results.summary import suspicions
from .format import Context, Format
from .inert import one_line, shortened

FORMULA = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet would compute
MAX_CELL = 30_000  # characters; Excel takes 32,767
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads UTF-8 as something else


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield the head, then a row for each submission."""
    parts = _parts(context)
    yield BYTE_ORDER_MARK + _row(["submission", "points", "worth", *parts, "misconceptions", "suspicious", "problems"])
    for result in results:
        points = _points_by_column(result)
        cells = [result.submission, _number(result.points), _number(result.worth)]
        cells += [_number(points.get(name)) for name in parts]
        yield _row([*cells, _misconceptions(result), _suspicions(result), _problems(result)])


def _points_by_column(result: SubmissionResult) -> dict[str, float]:
    """Return the points of each exercise and quiz."""
    points = {exercise.name: exercise.points for exercise in result.exercises}
    for quiz in result.quizzes:
        points[f"quiz {quiz.topic}"] = quiz.points
    return points


def _parts(context: Context) -> list[str]:
    """Return the columns of the exercises and quizzes, in the course's order."""
    exercises = []
    quizzes = []
    for topic in context.course.topics:
        if topic.name not in context.topics:
            continue
        exercises += [exercise.name for exercise in topic.exercises]
        if topic.quiz_points:
            quizzes.append(f"quiz {topic.name}")
    return exercises + quizzes


def _misconceptions(result: SubmissionResult) -> str:
    names = []
    for exercise in result.exercises:
        names += [f"{exercise.name}: {diagnosis.name}" for diagnosis in exercise.misconceptions]
    return "; ".join(names)


def _suspicions(result: SubmissionResult) -> str:
    return "; ".join(suspicions(result))


def _problems(result: SubmissionResult) -> str:
    sentences = []
    for problem in result.problems:
        sentences.append(f"{problem.file}: {problem.sentence.en}" if problem.file else problem.sentence.en)
    return "; ".join(sentences)


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: str) -> str:
    cell = shortened(one_line(cell), MAX_CELL)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".")


FORMAT = Format(name="csv", what="a row for each submission", render=render, takes_many=True)
