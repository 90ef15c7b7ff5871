"""The rows of a few students in nbgrader's tables: missing rows are inserted; what a person entered is kept."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, update

from .entries import GradebookEntry

NO_RESPONSE = "No response."  # nbgrader's own comment on an untouched solution


class StudentCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of one student's notebook."""

    student: str
    notebook_id: str  # of the submitted notebook
    cell_id: str  # of the released cell
    name: str  # its grade_id

    def new_row(self) -> dict[str, Any]:
        """Return the columns that identify a new row for the cell."""
        return {"id": _new_id(), "notebook_id": self.notebook_id, "cell_id": self.cell_id}


class Batch:
    """The rows of a few students in one assignment, as inserts and updates."""

    def __init__(self, api: Any, db: Any, assignment: str, notebook: str, entries: Sequence[GradebookEntry]) -> None:
        self.api = api
        self.db = db
        self.entries = {entry.student: entry for entry in entries}
        self.assignment_id = self.db.query(api.Assignment.id).filter(api.Assignment.name == assignment).scalar()
        table = api.Notebook
        query = self.db.query(table.name, table.id).filter(table.assignment_id == self.assignment_id)
        self.notebooks = dict(query.all())  # an assignment may have notebooks that we do not grade
        self.graded_notebook = self.notebooks[notebook]

    def write(self) -> None:
        """Insert and update everything; the caller commits."""
        submissions = self._submissions()
        submitted = self._submitted_notebooks(submissions)
        graded_ids = {submitted[submission, self.graded_notebook] for submission in submissions.values()}
        table = self.api.BaseCell
        cells = self.db.query(table.id, table.name, table.type, table.notebook_id).filter(
            table.notebook_id.in_(self.notebooks.values())
        )
        graded: list[StudentCell] = []
        commented: list[StudentCell] = []
        for cell_id, name, kind, notebook in cells:
            student_cells = []
            for student, submission in submissions.items():
                notebook_id = submitted[submission, notebook]
                student_cells.append(StudentCell(student=student, notebook_id=notebook_id, cell_id=cell_id, name=name))
            if kind in ("GradeCell", "TaskCell"):
                graded += student_cells
            if kind in ("SolutionCell", "TaskCell"):
                commented += student_cells
        self._write_grades(graded, graded_ids)
        self._write_comments(commented, graded_ids)
        self._update(self.api.SubmittedNotebook, [{"id": id, "late_submission_penalty": None} for id in graded_ids])

    def _submissions(self) -> dict[str, str]:
        """Return student -> id of the submission. Missing students and submissions are inserted."""
        self._insert_students()
        table = self.api.SubmittedAssignment
        query = self.db.query(table.student_id, table.id).filter(
            table.assignment_id == self.assignment_id,
            table.student_id.in_(list(self.entries)),
        )
        submissions = dict(query.all())
        inserts, updates = [], []
        for student, entry in self.entries.items():
            row: dict[str, Any] = {"timestamp": entry.timestamp}
            if student not in submissions:
                submissions[student] = _new_id()
                row |= {"id": submissions[student], "student_id": student, "assignment_id": self.assignment_id}
                inserts.append(row)
            elif entry.timestamp is not None:
                updates.append(row | {"id": submissions[student]})
        self._insert(table, inserts)
        self._update(table, updates)
        return submissions

    def _insert_students(self) -> None:
        table = self.api.Student
        known = {id for (id,) in self.db.query(table.id).filter(table.id.in_(list(self.entries)))}
        self._insert(table, [{"id": student} for student in self.entries if student not in known])

    def _submitted_notebooks(self, submissions: Mapping[str, str]) -> dict[tuple[str, str], str]:
        """Return (submission, notebook) -> id of the submitted notebook. Missing ones are inserted."""
        table = self.api.SubmittedNotebook
        query = self.db.query(table.assignment_id, table.notebook_id, table.id).filter(
            table.assignment_id.in_(submissions.values())
        )
        submitted = {(submission, notebook): id for submission, notebook, id in query}
        inserts = []
        for submission in submissions.values():
            for notebook in self.notebooks.values():
                if (submission, notebook) in submitted:
                    continue
                id = submitted[submission, notebook] = _new_id()
                inserts.append({"id": id, "assignment_id": submission, "notebook_id": notebook, "flagged": False})
        self._insert(table, inserts)
        return submitted

    def _write_grades(self, cells: Sequence[StudentCell], graded_ids: set[str]) -> None:
        """Write the scores of the graded notebooks. Other notebooks of the assignment only get their missing rows."""
        table = self.api.Grade
        columns = (table.auto_score, table.manual_score, table.needs_manual_grade)
        query = self.db.query(table.id, table.notebook_id, table.cell_id, *columns)
        existing = {(row.notebook_id, row.cell_id): row for row in query.filter(_is_of(table, cells))}
        inserts, updates = [], []
        for cell in cells:
            points = self.entries[cell.student].points if cell.notebook_id in graded_ids else {}
            score = points.get(cell.name)
            row = existing.get((cell.notebook_id, cell.cell_id))
            if row is None:
                inserts.append(cell.new_row() | {"auto_score": score, "needs_manual_grade": score is None})
            elif cell.name in points:
                needs_grade = _needs_manual_grade(row, score)
                updates.append({"id": row.id, "auto_score": score, "needs_manual_grade": needs_grade})
        self._insert(table, inserts)
        self._update(table, updates)

    def _write_comments(self, cells: Sequence[StudentCell], graded_ids: set[str]) -> None:
        table = self.api.Comment
        query = self.db.query(table.notebook_id, table.cell_id, table.id).filter(_is_of(table, cells))
        existing = {(notebook, cell): id for notebook, cell, id in query}
        inserts, updates = [], []
        for cell in cells:
            comment = NO_RESPONSE if cell.name in self.entries[cell.student].untouched else None
            id = existing.get((cell.notebook_id, cell.cell_id))
            if id is None:
                inserts.append(cell.new_row() | {"auto_comment": comment})
            elif cell.notebook_id in graded_ids:
                updates.append({"id": id, "auto_comment": comment})
        self._insert(table, inserts)
        self._update(table, updates)

    def _insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.db.execute(insert(table), rows)

    def _update(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.db.execute(update(table), rows)


def _needs_manual_grade(row: Any, score: float | None) -> bool:
    """Return whether a person must look at the grade: it has no score, or the score changed below a manual one."""
    if row.manual_score is None:
        return score is None
    if row.auto_score == score:
        return bool(row.needs_manual_grade)
    return True


def _is_of(table: Any, cells: Sequence[StudentCell]) -> Any:
    return table.notebook_id.in_({cell.notebook_id for cell in cells})


def _new_id() -> str:
    return uuid.uuid4().hex
