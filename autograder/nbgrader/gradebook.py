"""nbgrader's own database, through nbgrader.api: what was released is read from it, scores are written into it.

A class is written in a few statements for each hundred students, in one session.
"""

import contextlib
import datetime
import importlib
import importlib.util
import json
import os
import sys
import types
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UsageError
from .autograded import Release, ReleasedCell

BATCH = 100  # students written at a time
TRIES = 3  # another program may add the same student in between
NO_RESPONSE = "No response."  # nbgrader's own comment on an untouched solution


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one student gets in the gradebook for one notebook."""

    student: str
    timestamp: datetime.datetime | None  # when it was handed in, UTC; None where that is not known
    points: dict[str, float | None]  # grade_id -> points; None where a person must say
    untouched: frozenset[str]  # solution cells without an answer


class Late(msgspec.Struct, frozen=True):
    """A notebook that was handed in after its time."""

    student: str
    seconds: float
    score: float
    id: str  # of the submitted notebook


def nbgrader_api() -> Any:
    """The module nbgrader.api.

    `import nbgrader` would load its web servers, and jsonschema with it a grammar of internationalised addresses that
    no notebook needs: 2.7 s of processor time instead of 0.6.
    """
    if "nbgrader" not in sys.modules:
        spec = importlib.util.find_spec("nbgrader")
        if spec is None or spec.submodule_search_locations is None:
            raise UsageError("nbgrader is not installed.", fix="pip install 'torchstone[nbgrader]'")
        package = types.ModuleType("nbgrader")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["nbgrader"] = package
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # not to be had, to whoever asks
    return importlib.import_module("nbgrader.api")


@contextlib.contextmanager
def opened_book(db_url: str, course_id: str) -> Iterator["Book"]:
    """The gradebook, made where there is none. Raises UsageError where it cannot be reached, read or written."""
    api = nbgrader_api()
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    own = str(Path(sys.executable).parent)  # of a new database nbgrader asks the program alembic for its version
    os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", "")])
    try:
        with api.Gradebook(db_url, course_id) as gradebook:
            yield Book(api, gradebook)
    except (ArgumentError, ImportError) as error:
        raise UsageError(
            f"{error}.", fix="A gradebook is sqlite:///path/gradebook.db or postgresql+psycopg://user@host/name."
        ) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise UsageError(
            f"The gradebook cannot be used: {reason}.",
            fix="Is its server running, and is it of this nbgrader? Otherwise back it up and run `nbgrader db upgrade`.",
        ) from None


class Book:
    """One session with the database."""

    def __init__(self, api: Any, gradebook: Any) -> None:
        self.api = api
        self.gradebook = gradebook
        self.db = gradebook.db

    def release(self, assignment: str, notebook: str) -> Release | None:
        """The notebook as `nbgrader generate_assignment` recorded it; None where it has not."""
        api = self.api
        book = self._notebook(assignment, notebook)
        if book is None:
            return None
        notebook_id, kernelspec = book
        kinds = self._cell_kinds(notebook_id)
        cells = {}
        for cell in self.db.query(api.SourceCell).filter(api.SourceCell.notebook_id == notebook_id):
            kind = kinds.get(cell.name, {})
            cells[cell.name] = ReleasedCell(
                name=cell.name,
                cell_type=cell.cell_type,
                source=cell.source or "",
                locked=cell.locked,
                checksum=cell.checksum,
                grade="GradeCell" in kind,
                solution="SolutionCell" in kind,
                task="TaskCell" in kind,
                points=next((points for points in kind.values() if points is not None), None),
            )
        return Release(cells=cells, kernelspec=json.loads(kernelspec or "{}"))

    def create(self, assignment: str, notebook: str, release: Release) -> None:
        """Record an assignment, and what of its notebook's cells is not recorded yet."""
        book = self.gradebook
        with contextlib.suppress(self.api.InvalidEntry):
            book.add_assignment(assignment, course_id=book.course_id)
        found = self._notebook(assignment, notebook)
        if found is None:
            book.add_notebook(notebook, assignment, kernelspec=json.dumps(release.kernelspec))
            found = self._notebook(assignment, notebook)
            assert found is not None
        known = self._cell_kinds(found[0])
        for cell in release.cells.values():
            if cell.grade and "GradeCell" not in known.get(cell.name, {}):
                scored = {"max_score": cell.points, "cell_type": cell.cell_type}
                book.add_grade_cell(cell.name, notebook, assignment, **scored)
            if cell.solution and "SolutionCell" not in known.get(cell.name, {}):
                book.add_solution_cell(cell.name, notebook, assignment)
            recorded = {"cell_type": cell.cell_type, "locked": cell.locked, "source": cell.source}
            book.update_or_create_source_cell(cell.name, notebook, assignment, checksum=cell.checksum, **recorded)

    def save(self, assignment: str, notebook: str, entries: Iterable[Entry]) -> None:
        """Write the students' scores; scores and comments that a person gave stay."""
        remaining = iter(entries)
        while batch := list(islice(remaining, BATCH)):
            self._with_retries(assignment, notebook, batch)

    def late(self, assignment: str, notebook: str) -> list["Late"]:
        """Everybody who handed the assignment in late, extensions counted."""
        api = self.api
        query = (
            self.db.query(
                *(api.SubmittedAssignment.student_id, api.SubmittedAssignment.timestamp),
                *(api.SubmittedAssignment.extension, api.Assignment.duedate),
                *(api.SubmittedNotebook.id, api.SubmittedNotebook.score),
            )
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
            .filter(api.Assignment.name == assignment, api.Notebook.name == notebook)
            .filter(api.Assignment.duedate.is_not(None), api.SubmittedAssignment.timestamp.is_not(None))
        )
        seconds = [
            ((handed_in - due - (extension or datetime.timedelta())).total_seconds(), student, id, score)
            for student, handed_in, extension, due, id, score in query
        ]
        return [Late(student, late, score, id) for late, student, id, score in seconds if late > 0]

    def set_penalties(self, penalties: dict[str, float | None]) -> None:
        """By the submitted notebook's id."""
        rows = [{"id": notebook, "late_submission_penalty": penalty} for notebook, penalty in penalties.items()]
        if rows:
            self.db.execute(_sql().update(self.api.SubmittedNotebook), rows)
        self.db.commit()

    # Parts of the above

    def _notebook(self, assignment: str, notebook: str) -> tuple[str, str] | None:
        api = self.api
        return (  # type: ignore[no-any-return]
            self.db.query(api.Notebook.id, api.Notebook.kernelspec)
            .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
            .filter(api.Assignment.name == assignment, api.Notebook.name == notebook)
            .one_or_none()
        )

    def _cell_kinds(self, notebook_id: str) -> dict[str, dict[str, float | None]]:
        """grade_id -> kind of cell -> its points."""
        api, kinds = self.api, {}  # type: ignore[var-annotated]
        for cell in self.db.query(api.BaseCell).filter(api.BaseCell.notebook_id == notebook_id):
            kinds.setdefault(cell.name, {})[cell.type] = getattr(cell, "max_score", None)
        return kinds

    def _with_retries(self, assignment: str, notebook: str, batch: Sequence[Entry]) -> None:
        from sqlalchemy.exc import IntegrityError

        for attempt in range(TRIES):
            try:
                _Batch(self, assignment, notebook, batch).write()
                self.db.commit()
                return
            except IntegrityError:
                self.db.rollback()
                if attempt + 1 == TRIES:
                    raise


def _sql() -> Any:
    import sqlalchemy

    return sqlalchemy


class Place(msgspec.Struct, frozen=True):
    """One cell of one student's notebook."""

    student: str
    book: str  # the submitted notebook's id
    cell: str  # the released cell's id
    name: str  # its grade_id

    def key(self) -> dict[str, str]:
        """The columns of a new row for it."""
        return {"id": _new_id(), "notebook_id": self.book, "cell_id": self.cell}


class _Batch:
    """A few students' rows of one assignment, as inserts and updates."""

    def __init__(self, book: Book, assignment: str, notebook: str, entries: Sequence[Entry]) -> None:
        self.db = book.db
        self.api = book.api
        api = self.api
        self.entries = {entry.student: entry for entry in entries}
        self.assignment_id = self.db.query(api.Assignment.id).filter(api.Assignment.name == assignment).scalar()
        self.notebooks = {
            name: id
            for id, name in self.db.query(api.Notebook.id, api.Notebook.name).filter(
                api.Notebook.assignment_id == self.assignment_id
            )
        }
        self.graded = self.notebooks[notebook]

    def write(self) -> None:
        submissions = self._submissions()
        books = self._submitted_notebooks(submissions)
        table = self.api.BaseCell
        cells = self.db.query(table.id, table.name, table.type, table.notebook_id).filter(
            table.notebook_id.in_(self.notebooks.values())
        )
        graded: list[Place] = []
        commented: list[Place] = []
        for cell, name, kind, notebook in cells:
            places = [Place(student, books[id, notebook], cell, name) for student, id in submissions.items()]
            if kind in ("GradeCell", "TaskCell"):
                graded += places
            if kind in ("SolutionCell", "TaskCell"):
                commented += places
        own = {books[id, self.graded] for id in submissions.values()}
        self._grades(graded, own)
        self._comments(commented, own)
        rows = [{"id": book, "late_submission_penalty": None} for book in own]
        self.db.execute(_sql().update(self.api.SubmittedNotebook), rows)

    def _submissions(self) -> dict[str, str]:
        """Student -> id of the submission; made where there is none."""
        api, students = self.api, list(self.entries)
        known = {id for (id,) in self.db.query(api.Student.id).filter(api.Student.id.in_(students))}
        self._insert(api.Student, [{"id": student} for student in students if student not in known])
        query = self.db.query(api.SubmittedAssignment.student_id, api.SubmittedAssignment.id).filter(
            api.SubmittedAssignment.assignment_id == self.assignment_id,
            api.SubmittedAssignment.student_id.in_(students),
        )
        found = dict(query.all())
        timed = [
            {"id": id, "timestamp": self.entries[student].timestamp}
            for student, id in found.items()
            if self.entries[student].timestamp is not None
        ]
        if timed:
            self.db.execute(_sql().update(api.SubmittedAssignment), timed)
        new = {student: _new_id() for student in students if student not in found}
        of_assignment = {"assignment_id": self.assignment_id}
        self._insert(
            api.SubmittedAssignment,
            [
                {"id": id, "student_id": student, "timestamp": self.entries[student].timestamp, **of_assignment}
                for student, id in new.items()
            ],
        )
        return found | new

    def _submitted_notebooks(self, submissions: dict[str, str]) -> dict[tuple[str, str], str]:
        """(submission, notebook) -> id of the submitted notebook; made where there is none, with all its rows."""
        api = self.api
        table = api.SubmittedNotebook
        query = self.db.query(table.assignment_id, table.notebook_id, table.id).filter(
            table.assignment_id.in_(submissions.values())
        )
        found = {(submission, notebook): id for submission, notebook, id in query}
        wanted = [(submission, notebook) for submission in submissions.values() for notebook in self.notebooks.values()]
        new = {key: _new_id() for key in wanted if key not in found}
        rows = [{"id": id, "assignment_id": key[0], "notebook_id": key[1], "flagged": False} for key, id in new.items()]
        self._insert(table, rows)
        return found | new

    def _grades(self, places: Sequence["Place"], own: set[str]) -> None:
        """own: the submitted notebooks that the scores are of; others of the assignment only get their rows."""
        table = self.api.Grade
        columns = (table.auto_score, table.manual_score, table.needs_manual_grade)
        query = self.db.query(table.id, table.notebook_id, table.cell_id, *columns)
        found = {(row.notebook_id, row.cell_id): row for row in query.filter(self._is_of(table, places))}
        inserts, updates = [], []
        for place in places:
            points = self.entries[place.student].points if place.book in own else {}
            row, score = found.get((place.book, place.cell)), points.get(place.name)
            if row is None:
                inserts.append({**place.key(), "auto_score": score, "needs_manual_grade": score is None})
            elif place.name in points:
                is_reviewed = row.manual_score is not None and row.auto_score == score
                review = row.needs_manual_grade if is_reviewed else score is None or row.manual_score is not None
                updates.append({"id": row.id, "auto_score": score, "needs_manual_grade": review})
        self._change(table, inserts, updates)

    def _comments(self, places: Sequence["Place"], own: set[str]) -> None:
        table = self.api.Comment
        query = self.db.query(table.notebook_id, table.cell_id, table.id).filter(self._is_of(table, places))
        found = {(notebook, cell): id for notebook, cell, id in query}
        inserts, updates = [], []
        for place in places:
            comment = NO_RESPONSE if place.name in self.entries[place.student].untouched else None
            id = found.get((place.book, place.cell))
            if id is None:
                inserts.append({**place.key(), "auto_comment": comment})
            elif place.book in own:
                updates.append({"id": id, "auto_comment": comment})
        self._change(table, inserts, updates)

    def _is_of(self, table: Any, places: Sequence["Place"]) -> Any:
        return table.notebook_id.in_({place.book for place in places})

    def _change(self, table: Any, inserts: list[dict[str, Any]], updates: list[dict[str, Any]]) -> None:
        self._insert(table, inserts)
        if updates:
            self.db.execute(_sql().update(table), updates)

    def _insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.db.execute(_sql().insert(table), rows)


def _new_id() -> str:
    return uuid.uuid4().hex
