"""`autograder export nbgrader`: the results of any grading run, written into a gradebook."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import UsageError
from ...quiz.copies import FLAGS_FILE
from ...results.files import read_result
from ...results.model import SubmissionResult
from ...text import Language
from .autograded import Release, ReleasedCell
from .entries import Entry
from .folder import open_course_folder
from .gradebook import opened_book
from .release_file import released_notebook
from .scores import QUIZ_CELL, scores_of
from .source.cells import cell_id

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def export_results(results: Path, db_url: str, course_dir: Path | None) -> str:
    """Write every topic of every result; what was done, in a sentence. A topic that nobody attempted is left out."""
    read = _read(results)
    folder = open_course_folder(course_dir, db_url) if course_dir is not None else None
    topics = {one.topic for result in read for one in result.exercises}
    topics |= {quiz.topic for result in read for quiz in result.quizzes}
    written = 0
    with opened_book(db_url, folder.course_id if folder is not None else "default_course") as book:
        for topic in sorted(topics):
            worths = _worths(read, topic)
            entries = list(_entries(read, topic, worths))
            if not entries:
                continue
            notebook = re.sub(r"^\d+_", "", topic)
            released = released_notebook(folder, topic, notebook) if folder is not None else None
            book.create(topic, notebook, released or _release(worths))
            book.save(topic, notebook, entries)
            written += 1
    return f"{len(read):,} results in {written} assignments written."


def _read(folder: Path) -> list[SubmissionResult]:
    found = folder.glob("*.json") if folder.is_dir() else ()
    paths = sorted(path for path in found if path.name != FLAGS_FILE)
    if not paths:
        raise UsageError(f"{folder} holds no results.", fix="`autograder grade … --out FOLDER` makes them.")
    return [read_result(path) for path in paths]


def _worths(results: Sequence[SubmissionResult], topic: str) -> dict[str, float]:
    """Exercise, and the quiz under its cell's name -> points. In a result where its checks were at fault it has none."""
    worths: dict[str, float] = {}
    for result in results:
        parts = [(one.name, one.worth) for one in result.exercises if one.topic == topic]
        parts += [(QUIZ_CELL, quiz.worth) for quiz in result.quizzes if quiz.topic == topic]
        worths |= {name: max(worth, worths.get(name, 0.0)) for name, worth in parts}
    return worths


def _entries(results: Sequence[SubmissionResult], topic: str, worths: dict[str, float]) -> Iterator[Entry]:
    """A line for each student who attempted anything of the topic."""
    for result in results:
        scores = scores_of(result, topic, Language.BOTH)
        if any(score.is_attempted for score in scores.values()):
            named = {_cell(name): (name, worth) for name, worth in worths.items()}
            yield Entry(
                student=result.submission,
                timestamp=None,
                points={cell: scores[cell].points(worth) for cell, (_, worth) in named.items() if cell in scores},
                untouched=frozenset(
                    cell_id("", name)
                    for cell, (name, _) in named.items()
                    if cell in scores and not scores[cell].is_attempted
                ),
            )


def _cell(name: str) -> str:
    return QUIZ_CELL if name == QUIZ_CELL else cell_id("grade", name)


def _release(worths: dict[str, float]) -> Release:
    """For a notebook that nobody has released: its scored and answered cells alone."""
    cells = []
    for name, worth in worths.items():
        if name != QUIZ_CELL:
            cells.append(ReleasedCell(name=cell_id("", name), cell_type="code", source="", locked=False, solution=True))
        source = "grade_quiz()" if name == QUIZ_CELL else f'grade("{name}")'
        scored = ReleasedCell(name=_cell(name), cell_type="code", source=source, locked=True, grade=True, points=worth)
        cells.append(scored)
    return Release(cells={cell.name: cell for cell in cells}, kernelspec=PYTHON)
