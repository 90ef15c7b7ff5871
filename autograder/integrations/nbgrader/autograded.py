"""A submitted notebook as nbgrader keeps it once it is graded: what is locked as it was released, each grade cell with its score.

nbgrader reads a score from a cell's outputs, and takes most things that it does not understand for full marks: a grade
cell gets exactly one number, and nothing of the student's own outputs stays in the file.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ...submission.ipynb import Cell
from .scores import Score

SCHEMA = 3  # of nbgrader's cell metadata
KINDS = ("code", "markdown", "raw")
NO_SCORE = "Nothing of Torchstone's grades this cell: it counts 0 until a person gives it points.\n"


class ReleasedCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that nbgrader knows, as it was released."""

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
    def is_scored(self) -> bool:
        """Whether nbgrader reads its score from its outputs."""
        return self.grade and not self.solution and self.cell_type == "code"

    def metadata(self) -> dict[str, Any]:
        said = {
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
        return {key: value for key, value in said.items() if value is not None}


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A notebook's cells that nbgrader knows, by grade_id."""

    cells: dict[str, ReleasedCell]
    kernelspec: dict[str, Any]


def graded_notebook(cells: Sequence[Cell], release: Release, scores: Mapping[str, Score]) -> bytes:
    """The file of the graded notebook."""
    notebook = {
        "cells": graded_cells(cells, release, scores),
        "metadata": {"kernelspec": release.kernelspec, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def graded_cells(cells: Sequence[Cell], release: Release, scores: Mapping[str, Score]) -> list[dict[str, Any]]:
    """The student's cells in their order, the released ones among them as released, the missing ones at the end."""
    names = [_name(cell, release) for cell in cells]
    lasts = {name: position for position, name in enumerate(names)}  # of copies, nbgrader takes the last
    graded = []
    for position, (cell, name) in enumerate(zip(cells, names, strict=True)):
        released = release.cells[name] if name is not None and lasts[name] == position else None
        graded.append(_graded(cell, released, scores, position))
    for name, released in release.cells.items():
        if name not in lasts and (released.grade or released.task):
            graded.append(_graded(Cell(cell_type=released.cell_type), released, scores, len(graded)))
    return graded


def _name(cell: Cell, release: Release) -> str | None:
    """The released cell that this one is: by its grade_id, by its own id where that was lost."""
    for name in (cell.part("nbgrader").get("grade_id"), cell.id):
        if isinstance(name, str) and name in release.cells:
            return name
    return None


def _graded(cell: Cell, released: ReleasedCell | None, scores: Mapping[str, Score], position: int) -> dict[str, Any]:
    """One cell of the file, built anew: nothing that a student wrote beside its text is taken over."""
    kind = released.cell_type if released is not None else cell.cell_type if cell.cell_type in KINDS else "raw"
    source = released.source if released is not None and (released.locked or not released.solution) else cell.code
    found: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{position}",
        "metadata": {"nbgrader": released.metadata()} if released is not None else {},
        "source": source,
    }
    if kind == "code":
        found |= {"execution_count": None, "outputs": []}
    if released is not None and released.is_scored:
        found |= {"execution_count": 1, "outputs": _outputs(released, scores.get(released.name))}
    return found


def _outputs(released: ReleasedCell, score: Score | None) -> list[dict[str, Any]]:
    points = score.points(released.points or 0.0) if score is not None else None
    number = f"{points or 0.0:.4f}".rstrip("0").rstrip(".")
    text = score.feedback if score is not None else NO_SCORE
    return [
        {"output_type": "execute_result", "execution_count": 1, "data": {"text/plain": number}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": text},
    ]
