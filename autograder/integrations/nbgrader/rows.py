"""A few students' rows in nbgrader's tables: what is missing is inserted, what a person gave is left alone."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, update

from .entries import Entry

NO_RESPONSE = "No response."  # nbgrader's own comment on an untouched solution


class Place(msgspec.Struct, frozen=True):
    """One cell of one student's notebook."""

    student: str
    book: str  # the submitted notebook's id
    cell: str  # the released cell's id
    name: str  # its grade_id

    def key(self) -> dict[str, str]:
        """The columns of a new row for it."""
        return {"id": _new_id(), "notebook_id": self.book, "cell_id": self.cell}


class Batch:
    """A few students' rows of one assignment, as inserts and updates."""

    def __init__(self, api: Any, db: Any, assignment: str, notebook: str, entries: Sequence[Entry]) -> None:
        self.api = api
        self.db = db
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
        self.db.execute(update(self.api.SubmittedNotebook), rows)

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
            self.db.execute(update(api.SubmittedAssignment), timed)
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
            self.db.execute(update(table), updates)

    def _insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.db.execute(insert(table), rows)


def _new_id() -> str:
    return uuid.uuid4().hex
