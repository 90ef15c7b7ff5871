"""The graded notebook that nbgrader keeps: locked cells are restored, and each grade cell holds its score.

nbgrader reads a score from a cell's outputs and counts most outputs that it does not understand as full points. So a
grade cell gets exactly one number, and the student's own outputs are removed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ...submission.ipynb import Cell
from .scores import Score

SCHEMA = 3  # of nbgrader's cell metadata
KINDS = ("code", "markdown", "raw")
NO_SCORE = "Torchstone does not grade this cell: it counts 0 until a person gives it points.\n"


class ReleasedCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that nbgrader knows, as students received it."""

    name: str  # its grade_id
    cell_type: str
    source: str
    locked: bool
    checksum: str | None = None
    grade: bool = False
    solution: bool = False
    task: bool = False
    points: float | None = None  # of a grade or task cell

    @property
    def has_role(self) -> bool:
        """Return whether nbgrader does anything with the cell."""
        return self.grade or self.solution or self.locked or self.task

    @property
    def is_scored(self) -> bool:
        """Return whether nbgrader reads a score from the cell's outputs."""
        return self.grade and not self.solution and self.cell_type == "code"

    def metadata(self) -> dict[str, Any]:
        """Return the cell's metadata in nbgrader's schema."""
        fields = {
            "schema_version": SCHEMA,
            "grade_id": self.name,
            "cell_type": self.cell_type,
            "checksum": self.checksum,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "points": self.points,
        }
        return {key: value for key, value in fields.items() if value is not None}


class ReleasedNotebook(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook as students received it: the cells that nbgrader knows, by grade_id."""

    cells: dict[str, ReleasedCell]
    kernelspec: dict[str, Any]

    @property
    def maximums(self) -> dict[str, float]:
        """Return grade_id -> points of every cell that nbgrader reads a score from."""
        return {name: cell.points or 0.0 for name, cell in self.cells.items() if cell.is_scored}


def graded_notebook(cells: Sequence[Cell], notebook: ReleasedNotebook, scores: Mapping[str, Score]) -> bytes:
    """Return the file of the graded notebook."""
    graded = {
        "cells": graded_cells(cells, notebook, scores),
        "metadata": {"kernelspec": notebook.kernelspec, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(graded, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def graded_cells(
    cells: Sequence[Cell], notebook: ReleasedNotebook, scores: Mapping[str, Score]
) -> list[dict[str, Any]]:
    """Return the student's cells in their order, restored where they are locked; missing cells are added at the end."""
    last_positions = _last_positions(cells, notebook)
    names = {position: name for name, position in last_positions.items()}
    graded = []
    for position, cell in enumerate(cells):
        name = names.get(position)
        if name is None:
            graded.append(_student_json(cell, position))
        else:
            graded.append(_released_json(cell, notebook.cells[name], scores, position))
    for name, released in notebook.cells.items():
        is_graded = released.grade or released.task
        if is_graded and name not in last_positions:
            empty = Cell(cell_type=released.cell_type)
            graded.append(_released_json(empty, released, scores, len(graded)))
    return graded


def _last_positions(cells: Sequence[Cell], notebook: ReleasedNotebook) -> dict[str, int]:
    """Return where each released cell is. Of several copies, nbgrader uses the last."""
    positions = {}
    for position, cell in enumerate(cells):
        name = _released_name(cell, notebook)
        if name is not None:
            positions[name] = position
    return positions


def _released_name(cell: Cell, notebook: ReleasedNotebook) -> str | None:
    """Return the name of the released cell that this cell comes from; by its own id if its grade_id is lost."""
    for name in (cell.part("nbgrader").get("grade_id"), cell.id):
        if isinstance(name, str) and name in notebook.cells:
            return name
    return None


def _student_json(cell: Cell, position: int) -> dict[str, Any]:
    """Return a cell that the student added. Only its text is kept."""
    kind = cell.cell_type if cell.cell_type in KINDS else "raw"
    return _cell_json(kind, position, cell.code)


def _released_json(cell: Cell, released: ReleasedCell, scores: Mapping[str, Score], position: int) -> dict[str, Any]:
    """Return a released cell. Only the text of an answer is the student's."""
    is_answer = released.solution and not released.locked
    source = cell.code if is_answer else released.source
    graded = _cell_json(released.cell_type, position, source)
    graded["metadata"] = {"nbgrader": released.metadata()}
    if released.is_scored:
        graded["execution_count"] = 1
        graded["outputs"] = _outputs(released, scores.get(released.name))
    return graded


def _cell_json(kind: str, position: int, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{position}", "metadata": {}, "source": source}
    if kind == "code":
        cell["execution_count"] = None
        cell["outputs"] = []
    return cell


def _outputs(released: ReleasedCell, score: Score | None) -> list[dict[str, Any]]:
    points = score.points(released.points or 0.0) if score is not None else None
    number = f"{points or 0.0:.4f}".rstrip("0").rstrip(".")
    text = score.feedback if score is not None else NO_SCORE
    return [
        {"output_type": "execute_result", "execution_count": 1, "data": {"text/plain": number}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": text},
    ]
