"""The notebook that students received, read from nbgrader's release folder. Used if the gradebook does not have it."""

from typing import Any

from ...source import Unreadable
from ...submission.ipynb import Cell, metadata_part, read_notebook
from .autograded import ReleasedCell, ReleasedNotebook
from .folder import CourseFolder


def released_notebook(folder: CourseFolder, assignment: str, notebook: str) -> ReleasedNotebook | None:
    """Return the released notebook; None if the file is missing or cannot be read."""
    path = folder.path("release", ".", assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        return None
    file = read_notebook(path.read_bytes())
    if isinstance(file, Unreadable):
        return None
    cells = {}
    for cell in file.cells:
        metadata = cell.part("nbgrader")
        if not metadata.get("grade_id"):
            continue
        released = _released_cell(cell, metadata)
        if released.has_role:
            cells[released.name] = released
    return ReleasedNotebook(cells=cells, kernelspec=metadata_part(file.metadata, "kernelspec"))


def _released_cell(cell: Cell, metadata: dict[str, Any]) -> ReleasedCell:
    is_grade = bool(metadata.get("grade"))
    is_solution = bool(metadata.get("solution"))
    return ReleasedCell(
        name=str(metadata["grade_id"]),
        cell_type=cell.cell_type,
        source=cell.code,
        locked=not is_solution and (is_grade or bool(metadata.get("locked"))),
        checksum=metadata.get("checksum"),
        grade=is_grade,
        solution=is_solution,
        task=bool(metadata.get("task")),
        points=metadata.get("points"),
    )
