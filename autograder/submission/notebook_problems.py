"""Lists how a notebook differs from the one that the course released. None of this costs points."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ..course.model import Topic
from ..results.model import Problem
from ..text import Text
from .filenames import NOTEBOOK
from .ipynb import Cell, Notebook, metadata_part

RENAMED = Text("It was taken for {name}.ipynb.", "按 {name}.ipynb 批改。")
NO_METADATA = Text(
    "The notebook's own metadata is missing; its cells tell what it is.", "notebook 的元数据缺失；已按单元格识别。"
)
OTHER_VERSION = Text(
    "It is of version {theirs} of the course, and was graded by version {ours}.",
    "它来自课程的 {theirs} 版，按 {ours} 版批改。",
)
MISSING = Text("These cells are missing and were put back: {cells}.", "以下单元格缺失，已补回：{cells}。")
NO_ANSWER = Text("The cell for the answer is missing: {cells}.", "答题单元格缺失：{cells}。")
COPIES = Text(
    "These cells are there several times: {cells}. The last one counts.", "以下单元格重复：{cells}。以最后一个为准。"
)
CHANGED = Text(
    "These locked cells were changed; they count as they were released: {cells}.",
    "以下锁定的单元格被修改，按发布时的内容处理：{cells}。",
)
NO_CODE = Text(
    "This cell is no code cell any more; it was read as one: {cells}.",
    "以下单元格已不是代码单元格，仍按代码读取：{cells}。",
)


Role = Literal["grade", "solution"]  # a cell that is scored, or a cell for an answer


class KnownCell(msgspec.Struct, frozen=True):
    """A cell that belongs to an exercise."""

    role: Role
    exercise: str
    cell: Cell

    @property
    def name(self) -> str:
        return _name(self.role, self.exercise)

    @property
    def is_changed(self) -> bool:
        """True for a scored cell that somebody changed although it is locked."""
        if self.role != "grade":
            return False
        return self.cell.cell_type != "code" or self.cell.code.strip() != f'grade("{self.exercise}")'

    @property
    def is_no_code(self) -> bool:
        """True for a cell for an answer that became a text cell."""
        return self.role == "solution" and self.cell.cell_type != "code"


def notebook_problems(notebook: Notebook, topic: Topic, filename: str, version: str) -> list[Problem]:
    """Return one problem for each kind of difference from the released notebook."""
    sentences = [*_of_metadata(notebook, topic, filename, version), *_of_cells(notebook, topic)]
    return [Problem(file=filename, sentence=sentence) for sentence in sentences]


def _of_metadata(notebook: Notebook, topic: Topic, filename: str, version: str) -> Iterator[Text]:
    """Yield a sentence for each difference in the notebook's name and metadata."""
    if filename != f"{topic.module}{NOTEBOOK}":
        yield RENAMED.filled(name=topic.module)
    metadata = metadata_part(notebook.metadata, "torchstone")
    if metadata:
        yield from _of_version(metadata.get("version"), version)
    else:
        yield NO_METADATA


def _of_version(theirs: object, ours: str) -> Iterator[Text]:
    """Yield a sentence if the notebook is of another version of the course."""
    if theirs != ours:
        shown = theirs[:40] if isinstance(theirs, str) else "?"
        yield OTHER_VERSION.filled(theirs=shown, ours=ours)


def _of_cells(notebook: Notebook, topic: Topic) -> Iterator[Text]:
    """Yield a sentence for each kind of difference in the cells."""
    exercises = [exercise.name for exercise in topic.exercises]
    cells = _known_cells(notebook, exercises)
    yield from _listed(MISSING, _missing("grade", exercises, cells))
    yield from _listed(NO_ANSWER, _missing("solution", exercises, cells))
    yield from _listed(COPIES, _copied(cells))
    yield from _listed(CHANGED, [cell.name for cell in cells if cell.is_changed])
    yield from _listed(NO_CODE, [cell.name for cell in cells if cell.is_no_code])


def _listed(sentence: Text, cells: Sequence[str]) -> Iterator[Text]:
    """Yield the sentence with the names of the cells; nothing if there are no cells."""
    if cells:
        yield sentence.filled(cells=", ".join(dict.fromkeys(cells)))


def _missing(role: Role, exercises: Sequence[str], cells: Sequence[KnownCell]) -> list[str]:
    present = {cell.name for cell in cells}
    names = [_name(role, exercise) for exercise in exercises]
    return [name for name in names if name not in present]


def _copied(cells: Sequence[KnownCell]) -> list[str]:
    counts = Counter(cell.name for cell in cells)
    return [name for name, count in counts.items() if count > 1]


def _name(role: Role, exercise: str) -> str:
    return exercise if role == "solution" else f"grade-{exercise}"


def _known_cells(notebook: Notebook, exercises: Sequence[str]) -> list[KnownCell]:
    known = []
    for cell in notebook.cells:
        known_cell = _known_cell(cell, exercises)
        if known_cell is not None:
            known.append(known_cell)
    return known


def _known_cell(cell: Cell, exercises: Sequence[str]) -> KnownCell | None:
    """Return the cell with its exercise, which our metadata, nbgrader's metadata or the cell's id names."""
    ours = cell.part("torchstone")
    role, exercise = ours.get("role"), ours.get("exercise")
    if role in ("grade", "solution") and exercise in exercises:
        return KnownCell(role, str(exercise), cell)
    by_nbgrader = _named_cell(cell, cell.part("nbgrader").get("grade_id"), exercises)
    return by_nbgrader or _named_cell(cell, cell.id, exercises)


def _named_cell(cell: Cell, name: object, exercises: Sequence[str]) -> KnownCell | None:
    for exercise in exercises:
        if name == _name("solution", exercise):
            return KnownCell("solution", exercise, cell)
        if name == _name("grade", exercise):
            return KnownCell("grade", exercise, cell)
    return None
