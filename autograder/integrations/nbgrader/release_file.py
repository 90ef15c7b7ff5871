"""The notebook that students were given, read from nbgrader's release folder, for a gradebook that has not seen it."""

from typing import Any

from ...source import Unreadable
from ...submission.ipynb import Cell, metadata_part, read_notebook
from .autograded import Release, ReleasedCell
from .folder import CourseFolder


def released_notebook(folder: CourseFolder, assignment: str, notebook: str) -> Release | None:
    """The cells that nbgrader knows; None where there is no such file."""
    path = folder.path("release", ".", assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        return None
    read = read_notebook(path.read_bytes())
    if isinstance(read, Unreadable):
        return None
    cells = [_released(cell, cell.part("nbgrader")) for cell in read.cells if cell.part("nbgrader").get("grade_id")]
    return Release(
        cells={cell.name: cell for cell in cells if cell.grade or cell.solution or cell.locked or cell.task},
        kernelspec=metadata_part(read.metadata, "kernelspec"),
    )


def _released(cell: Cell, said: dict[str, Any]) -> ReleasedCell:
    is_solution = bool(said.get("solution"))
    return ReleasedCell(
        name=str(said["grade_id"]),
        cell_type=cell.cell_type,
        source=cell.code,
        locked=not is_solution and bool(said.get("grade") or said.get("locked")),
        checksum=said.get("checksum"),
        grade=bool(said.get("grade")),
        solution=is_solution,
        task=bool(said.get("task")),
        points=said.get("points"),
    )
