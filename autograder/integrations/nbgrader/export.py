"""`autograder export nbgrader`: write the results of any grading run into a gradebook."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import UsageError
from ...quiz.copies import FLAGS_FILE
from ...results.files import read_result
from ...results.model import ExerciseResult, SubmissionResult
from ...text import Language
from .autograded import ReleasedCell, ReleasedNotebook
from .entries import GradebookEntry, gradebook_entry
from .folder import open_course_folder
from .gradebook import opened_book
from .release_file import released_notebook
from .scores import QUIZ_CELL, scores_of
from .source.cells import cell_id

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def export_results(folder: Path, db_url: str, course_dir: Path | None) -> str:
    """Write every topic of every result; return a sentence that says what was written.

    A topic that nobody attempted is left out.
    """
    results = _read_results(folder)
    course_folder = open_course_folder(course_dir, db_url) if course_dir is not None else None
    course_id = course_folder.course_id if course_folder is not None else "default_course"
    assignments = 0
    with opened_book(db_url, course_id) as book:
        for topic in _topics(results):
            maximums = _maximums(results, topic)
            entries = list(_entries(results, topic, maximums))
            if not entries:
                continue
            name = re.sub(r"^\d+_", "", topic)
            notebook = released_notebook(course_folder, topic, name) if course_folder is not None else None
            book.create(topic, name, notebook or _notebook_of_results(results, topic, maximums))
            book.save(topic, name, entries)
            assignments += 1
    return f"{len(results):,} results in {assignments} assignments written."


def _read_results(folder: Path) -> list[SubmissionResult]:
    paths = sorted(path for path in folder.glob("*.json") if path.name != FLAGS_FILE)
    if not paths:
        raise UsageError(f"{folder} holds no results.", fix="`autograder grade … --out FOLDER` makes them.")
    return [read_result(path) for path in paths]


def _topics(results: Sequence[SubmissionResult]) -> list[str]:
    topics = set()
    for result in results:
        topics |= {exercise.topic for exercise in result.exercises}
        topics |= {quiz.topic for quiz in result.quizzes}
    return sorted(topics)


def _maximums(results: Sequence[SubmissionResult], topic: str) -> dict[str, float]:
    """Return grade_id -> the points that the cell is worth.

    An exercise whose checks broke is worth nothing in that one result, so the largest value counts.
    """
    maximums: dict[str, float] = {}
    for result in results:
        for cell, worth in _worths(result, topic).items():
            maximums[cell] = max(worth, maximums.get(cell, 0.0))
    return maximums


def _worths(result: SubmissionResult, topic: str) -> dict[str, float]:
    """Return grade_id -> the points that the cell is worth in one result."""
    worths = {}
    for exercise in _exercises(result, topic):
        worths[cell_id("grade", exercise.name)] = exercise.possible  # nbgrader has no bonus
    for quiz in result.quizzes:
        if quiz.topic == topic:
            worths[QUIZ_CELL] = quiz.worth
    return worths


def _entries(results: Sequence[SubmissionResult], topic: str, maximums: dict[str, float]) -> Iterator[GradebookEntry]:
    """Yield an entry for each student who attempted anything of the topic."""
    for result in results:
        scores = scores_of(result, topic, Language.BOTH)
        if any(score.is_attempted for score in scores.values()):
            # Cells that this run did not grade keep their scores.
            graded = {cell: maximum for cell, maximum in maximums.items() if cell in scores}
            yield gradebook_entry(result.submission, scores, graded)


def _notebook_of_results(
    results: Sequence[SubmissionResult], topic: str, maximums: dict[str, float]
) -> ReleasedNotebook:
    """Return a notebook that holds only the graded cells and their solution cells, for a topic without a release."""
    names = {}
    for result in results:
        for exercise in _exercises(result, topic):
            names[cell_id("grade", exercise.name)] = exercise.name
    cells = []
    for cell, maximum in maximums.items():
        source = "grade_quiz()"
        if cell in names:
            source = f'grade("{names[cell]}")'
            solution = cell_id("", names[cell])
            cells.append(ReleasedCell(name=solution, cell_type="code", source="", locked=False, solution=True))
        cells.append(ReleasedCell(name=cell, cell_type="code", source=source, locked=True, grade=True, points=maximum))
    return ReleasedNotebook(cells={cell.name: cell for cell in cells}, kernelspec=PYTHON)


def _exercises(result: SubmissionResult, topic: str) -> list[ExerciseResult]:
    return [exercise for exercise in result.exercises if exercise.topic == topic]
