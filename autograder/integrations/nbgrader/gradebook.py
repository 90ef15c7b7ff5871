"""nbgrader's own database, used through nbgrader.api: reads released notebooks and writes scores.

Writing a class takes a few statements for each hundred students, in one database session.
"""

import contextlib
import datetime
import importlib
import importlib.util
import json
import os
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ...errors import UsageError
from .autograded import ReleasedCell, ReleasedNotebook
from .entries import GradebookEntry, LateNotebook

BATCH = 100  # students written at a time
TRIES = 3  # another program may add the same student at the same time


def nbgrader_api() -> Any:
    """Return the module nbgrader.api.

    `import nbgrader` would also load its web servers, and jsonschema a grammar of internationalised addresses that no
    notebook needs: 2.7 s of processor time instead of 0.6.
    """
    if "nbgrader" not in sys.modules:
        spec = importlib.util.find_spec("nbgrader")
        if spec is None or spec.submodule_search_locations is None:
            raise UsageError("nbgrader is not installed.", fix="pip install 'torchstone[nbgrader]'")
        package = types.ModuleType("nbgrader")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["nbgrader"] = package
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # importing it now fails
    return importlib.import_module("nbgrader.api")


@contextlib.contextmanager
def opened_book(db_url: str, course_id: str) -> Iterator["Book"]:
    """Open the gradebook; create it if there is none. Raise UsageError if it cannot be used."""
    api = nbgrader_api()
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    programs = str(Path(sys.executable).parent)  # nbgrader runs the program alembic for a new database
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
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
            fix="Start its server; if it is from an older nbgrader, back it up and run `nbgrader db upgrade`.",
        ) from None


class Book:
    """One session with the database."""

    def __init__(self, api: Any, gradebook: Any) -> None:
        self.api = api
        self.gradebook = gradebook
        self.db = gradebook.db

    def release(self, assignment: str, notebook: str) -> ReleasedNotebook | None:
        """Return the notebook that `nbgrader generate_assignment` recorded; None if it did not."""
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
        return ReleasedNotebook(cells=cells, kernelspec=json.loads(kernelspec or "{}"))

    def create(self, assignment: str, notebook: str, release: ReleasedNotebook) -> None:
        """Record an assignment and the cells of its notebook that are not recorded yet."""
        book = self.gradebook
        book.update_or_create_assignment(assignment)
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

    def save(self, assignment: str, notebook: str, entries: Iterable[GradebookEntry]) -> None:
        """Write the students' scores. Scores and comments that a person gave are kept."""
        remaining = iter(entries)
        while batch := list(islice(remaining, BATCH)):
            self._with_retries(assignment, notebook, batch)

    def late(self, assignment: str, notebook: str) -> list[LateNotebook]:
        """Return the notebooks that were handed in late, after any extension."""
        api = self.api
        query = (
            self.db.query(
                api.SubmittedAssignment.student_id,
                api.SubmittedAssignment.timestamp,
                api.SubmittedAssignment.extension,
                api.Assignment.duedate,
                api.SubmittedNotebook.id,
                api.SubmittedNotebook.score,
            )
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
            .filter(api.Assignment.name == assignment, api.Notebook.name == notebook)
            .filter(api.Assignment.duedate.is_not(None), api.SubmittedAssignment.timestamp.is_not(None))
        )
        late_notebooks = []
        for student, handed_in, extension, due, id, score in query:
            seconds = (handed_in - due - (extension or datetime.timedelta())).total_seconds()
            if seconds > 0:
                late_notebooks.append(LateNotebook(student=student, seconds=seconds, score=score, id=id))
        return late_notebooks

    def set_penalties(self, penalties: dict[str, float | None]) -> None:
        """Write penalties: id of the submitted notebook -> penalty."""
        rows = [{"id": notebook, "late_submission_penalty": penalty} for notebook, penalty in penalties.items()]
        if rows:
            from sqlalchemy import update

            self.db.execute(update(self.api.SubmittedNotebook), rows)
        self.db.commit()

    def _notebook(self, assignment: str, notebook: str) -> tuple[str, str] | None:
        api = self.api
        return (  # type: ignore[no-any-return]  # nbgrader has no types
            self.db.query(api.Notebook.id, api.Notebook.kernelspec)
            .join(api.Assignment, api.Assignment.id == api.Notebook.assignment_id)
            .filter(api.Assignment.name == assignment, api.Notebook.name == notebook)
            .one_or_none()
        )

    def _cell_kinds(self, notebook_id: str) -> dict[str, dict[str, float | None]]:
        """Return grade_id -> kind of cell -> its points."""
        api = self.api
        kinds: dict[str, dict[str, float | None]] = {}
        for cell in self.db.query(api.BaseCell).filter(api.BaseCell.notebook_id == notebook_id):
            kinds.setdefault(cell.name, {})[cell.type] = getattr(cell, "max_score", None)
        return kinds

    def _with_retries(self, assignment: str, notebook: str, batch: Sequence[GradebookEntry]) -> None:
        from sqlalchemy.exc import IntegrityError

        from .rows import Batch

        for attempt in range(TRIES):
            try:
                Batch(self.api, self.db, assignment, notebook, batch).write()
                self.db.commit()
                return
            except IntegrityError:
                self.db.rollback()
                if attempt + 1 == TRIES:
                    raise
