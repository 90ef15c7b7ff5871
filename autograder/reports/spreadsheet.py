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
    """A head, then a row for each submission."""
    exercises = [e.name for e in context.course.exercises if e.topic in context.topics]
    quizzes = [t.name for t in context.course.topics if t.quiz_points and t.name in context.topics]
    parts = [*exercises, *(f"quiz {topic}" for topic in quizzes)]
    yield BYTE_ORDER_MARK + _row(["submission", "points", "worth", *parts, "misconceptions", "problems"])
    for result in results:
        points = {exercise.name: exercise.points for exercise in result.exercises}
        points |= {f"quiz {quiz.topic}": quiz.points for quiz in result.quizzes}
        misconceptions = [f"{e.name}: {d.name}" for e in result.exercises for d in e.misconceptions]
        problems = [f"{p.file}: {p.sentence.en}" if p.file else p.sentence.en for p in result.problems]
        cells = [_number(points[name]) if name in points else "" for name in parts]
        totals = [_number(result.points), _number(result.worth)]
        yield _row([result.submission, *totals, *cells, "; ".join(misconceptions), "; ".join(problems)])


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
