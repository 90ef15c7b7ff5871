"""CSV: a row for each submission, the points of each exercise and each quiz in a column. No cell is a formula."""

import csv
import io
from collections.abc import Iterable, Iterator

from ..results.model import SubmissionResult
from .format import Context, Format
from .inert import one_line, shortened

FORMULA = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet would compute
MAX_CELL = 30_000  # characters; Excel takes 32,767
BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads UTF-8 as something else


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield a header, then one row per submission."""
    parts = _parts(context)
    yield BYTE_ORDER_MARK + _row(["submission", "points", "worth", *parts, "misconceptions", "problems"])
    for result in results:
        totals = [_number(result.points), _number(result.worth)]
        yield _row([result.submission, *totals, *_points(result, parts), _misconceptions(result), _problems(result)])


def _parts(context: Context) -> list[str]:
    """Return the titles of the columns with points: exercises, then quizzes."""
    parts = []
    for exercise in context.course.exercises:
        if exercise.topic in context.topics:
            parts.append(exercise.name)
    for topic in context.course.topics:
        if topic.quiz_points and topic.name in context.topics:
            parts.append(f"quiz {topic.name}")
    return parts


def _points(result: SubmissionResult, parts: list[str]) -> list[str]:
    """Return the cell of each column with points. A part without a result has an empty cell."""
    cells = dict.fromkeys(parts, "")
    for exercise in result.exercises:
        cells[exercise.name] = _number(exercise.points)
    for quiz in result.quizzes:
        cells[f"quiz {quiz.topic}"] = _number(quiz.points)
    return [cells[part] for part in parts]


def _misconceptions(result: SubmissionResult) -> str:
    names = []
    for exercise in result.exercises:
        names += [f"{exercise.name}: {diagnosis.name}" for diagnosis in exercise.misconceptions]
    return "; ".join(names)


def _problems(result: SubmissionResult) -> str:
    sentences = []
    for problem in result.problems:
        where = f"{problem.file}: " if problem.file else ""
        sentences.append(where + problem.sentence.en)
    return "; ".join(sentences)


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_inert(cell) for cell in cells])
    return line.getvalue()


def _inert(cell: str) -> str:
    cell = shortened(one_line(cell), MAX_CELL)
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


FORMAT = Format(name="csv", what="a row for each submission", render=render, takes_many=True)
