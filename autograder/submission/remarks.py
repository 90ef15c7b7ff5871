"""What a student should know about the shape of a notebook that was built from the course. None of it costs points."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..course.model import Topic
from ..results.model import Problem
from ..text import Text
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


def remarks(notebook: Notebook, topic: Topic, filename: str, version: str) -> list[Problem]:
    """One for each kind of thing that is not as it was released."""
    return [Problem(file=filename, sentence=sentence) for sentence in _sentences(notebook, topic, filename, version)]


def _sentences(notebook: Notebook, topic: Topic, filename: str, version: str) -> Iterator[Text]:
    if filename != f"{topic.module}.ipynb":
        yield RENAMED.filled(name=topic.module)
    about = metadata_part(notebook.metadata, "torchstone")
    if not about:
        yield NO_METADATA
    elif about.get("version") != version:
        theirs = about.get("version")
        yield OTHER_VERSION.filled(theirs=theirs[:40] if isinstance(theirs, str) else "?", ours=version)
    names = [exercise.name for exercise in topic.exercises]
    found = [(cell, key) for cell in notebook.cells if (key := _key(cell, names)) is not None]
    counts = Counter(key for _, key in found)
    listed = {
        MISSING: [f"grade-{name}" for name in names if not counts["grade", name]],
        NO_ANSWER: [name for name in names if not counts["solution", name]],
        COPIES: [_shown(key) for key, count in counts.items() if count > 1],
        CHANGED: [_shown(key) for cell, key in found if key[0] == "grade" and not _is_as_released(cell, key[1])],
        NO_CODE: [_shown(key) for cell, key in found if key[0] == "solution" and cell.cell_type != "code"],
    }
    for sentence, cells in listed.items():
        if cells:
            yield sentence.filled(cells=", ".join(dict.fromkeys(cells)))


def _key(cell: Cell, names: Sequence[str]) -> tuple[str, str] | None:
    """(role, exercise) of a cell that is scored or answered in: by our metadata, by nbgrader's, by its id."""
    ours = cell.part("torchstone")
    if ours.get("role") in ("grade", "solution") and ours.get("exercise") in names:
        return ours["role"], ours["exercise"]
    for said in (cell.part("nbgrader").get("grade_id"), cell.id):
        for name in names:
            if said == name:
                return "solution", name
            if said == f"grade-{name}":
                return "grade", name
    return None


def _shown(key: tuple[str, str]) -> str:
    return key[1] if key[0] == "solution" else f"{key[0]}-{key[1]}"


def _is_as_released(cell: Cell, exercise: str) -> bool:
    return cell.cell_type == "code" and cell.code.strip() == f'grade("{exercise}")'
