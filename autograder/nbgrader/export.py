"""`autograder export nbgrader`: the results of any grading run, written into a gradebook."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import UsageError
from ..notebooks.cells import cell_id
from ..results import ExerciseResult, SubmissionResult, Verdict, read_result
from ..text import Language
from .autograded import Release, ReleasedCell
from .folder import CourseFolder, open_course_folder
from .gradebook import Entry, opened_book
from .release_file import released_notebook
from .scores import scores_of

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def export_results(results: Path, db_url: str, course_dir: Path | None) -> str:
    """Write every topic of every result; what was done, in a sentence. A topic that nobody attempted is left out."""
    read = _read(results)
    folder = open_course_folder(course_dir, db_url) if course_dir is not None else None
    topics = {
        e.topic: [one for one in result.exercises if one.topic == e.topic] for result in read for e in result.exercises
    }
    written = 0
    with opened_book(db_url, folder.course_id if folder is not None else "default_course") as book:
        for topic, exercises in sorted(topics.items()):
            entries = list(_entries(read, topic))
            if not entries:
                continue
            notebook = re.sub(r"^\d+_", "", topic)
            book.create(topic, notebook, _release(folder, topic, notebook, exercises))
            book.save(topic, notebook, entries)
            written += 1
    return f"{len(read):,} results in {written} assignments written."


def _read(folder: Path) -> list[SubmissionResult]:
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not paths:
        raise UsageError(f"{folder} holds no results.", fix="`autograder grade … --out FOLDER` makes them.")
    return [read_result(path) for path in paths]


def _entries(results: Sequence[SubmissionResult], topic: str) -> Iterator[Entry]:
    """A line for each student who attempted the topic."""
    for result in results:
        exercises = [exercise for exercise in result.exercises if exercise.topic == topic]
        if any(exercise.verdict is not Verdict.NOT_ATTEMPTED for exercise in exercises):
            scores = scores_of(result, topic, Language.BOTH)
            yield Entry(
                student=result.submission,
                timestamp=None,
                points={
                    cell_id("grade", one.name): scores[cell_id("grade", one.name)].points(one.worth)
                    for one in exercises
                },
                untouched=frozenset(cell_id("", one.name) for one in exercises if one.verdict is Verdict.NOT_ATTEMPTED),
            )


def _release(folder: CourseFolder | None, topic: str, notebook: str, exercises: Sequence[ExerciseResult]) -> Release:
    """The notebook as it was released, or where there is none its scored and answered cells alone."""
    released = released_notebook(folder, topic, notebook) if folder is not None else None
    if released is not None:
        return released
    cells = [cell for exercise in exercises for cell in _cells(exercise)]
    return Release(cells={cell.name: cell for cell in cells}, kernelspec=PYTHON)


def _cells(exercise: ExerciseResult) -> Iterator[ReleasedCell]:
    yield ReleasedCell(name=cell_id("", exercise.name), cell_type="code", source="", locked=False, solution=True)
    yield ReleasedCell(
        name=cell_id("grade", exercise.name),
        cell_type="code",
        source=f'grade("{exercise.name}")',
        locked=True,
        grade=True,
        points=exercise.worth,
    )
