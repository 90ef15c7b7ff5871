"""Reads the code cells of a Jupyter notebook as text. It decodes the JSON itself, which needs no slow import."""

from typing import Any

import msgspec

from ..results.model import Problem
from ..source import MAX_SOURCE, TOO_LONG, Chunk, UnparsedChunk, Unreadable, is_too_long, syntax_problem
from ..text import Text

MAX_CELLS = 5000
MAX_METADATA = 1 << 16  # bytes of a cell's or of the notebook's own metadata
MAX_ALL_METADATA = 1 << 20  # bytes of all cells together
MAX_TEXT = 4 << 20  # bytes of all cells' text, as the file stores it
MAX_ID = 200  # bytes
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture")  # their cells hold Python


class Cell(msgspec.Struct, frozen=True):
    """A cell of the file. A student may write anything into it beside the text."""

    cell_type: str
    source: str | list[str] = ""
    metadata: Any = None
    id: Any = None

    @property
    def code(self) -> str:
        """The cell's text, which the file may store as a list of lines."""
        return self.source if isinstance(self.source, str) else "".join(self.source)

    def part(self, name: str) -> dict[str, Any]:
        """Return one part of the metadata, nbgrader's or ours; an empty one if it is missing or damaged."""
        return metadata_part(self.metadata, name)

    @property
    def is_code(self) -> bool:
        """True for a code cell, and for a cell for an answer that was changed to another type by accident."""
        return self.cell_type == "code" or self.part("torchstone").get("role") == "solution"


class Notebook(msgspec.Struct, frozen=True):
    """A notebook, as far as grading reads it."""

    cells: list[Cell]
    metadata: Any = None

    @property
    def is_ours(self) -> bool:
        """True if `autograder notebooks build` made it, by the metadata of the notebook or of one of its cells."""
        if metadata_part(self.metadata, "torchstone"):
            return True
        return any(cell.part("torchstone") for cell in self.cells)

    @property
    def code(self) -> str:
        """The code of all cells as one text."""
        return "\n".join(cell.code for cell in self.cells if cell.is_code)


def metadata_part(metadata: Any, name: str) -> dict[str, Any]:
    """Return one part of a notebook's or a cell's metadata, which may hold anything."""
    part = metadata.get(name) if isinstance(metadata, dict) else None
    return part if isinstance(part, dict) else {}


class CodeCells(msgspec.Struct, frozen=True):
    """The code cells of a notebook, those that Python can parse apart from those that it cannot."""

    chunks: tuple[Chunk, ...]  # the cells that Python can parse
    left_out: tuple[UnparsedChunk, ...]  # the other cells
    problems: tuple[Problem, ...]  # of the other cells
    notebook: Notebook


class _FileCell(msgspec.Struct, frozen=True):
    """A cell of the file, before its metadata is decoded: that may be anything, of any size."""

    cell_type: str
    source: msgspec.Raw = msgspec.Raw()
    metadata: msgspec.Raw = msgspec.Raw()
    id: msgspec.Raw = msgspec.Raw()


class _File(msgspec.Struct, frozen=True):
    cells: list[_FileCell]
    metadata: msgspec.Raw = msgspec.Raw()


def read_notebook(data: bytes) -> Notebook | Unreadable:
    """Return the notebook in a file's bytes, or why there is none."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(
            Text(f"This is not a Jupyter notebook: {error}.", f"这不是有效的 Jupyter notebook：{error}。")
        )
    if len(file.cells) > MAX_CELLS:
        return Unreadable(
            Text(f"The notebook has more than {MAX_CELLS:,} cells.", f"notebook 的单元格超过 {MAX_CELLS} 个。")
        )
    if sum(len(bytes(cell.source)) for cell in file.cells) > MAX_TEXT:
        limit = MAX_TEXT >> 20
        return Unreadable(
            Text(
                f"The text of the notebook's cells is larger than {limit} MiB. Delete pictures that stand in it.",
                f"notebook 单元格中的文字超过 {limit} MiB，请删除其中嵌入的图片。",
            )
        )
    try:
        return _notebook(file)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unreadable(
            Text(f"This is not a Jupyter notebook: {error}.", f"这不是有效的 Jupyter notebook：{error}。")
        )


def _notebook(file: "_File") -> Notebook:
    """Decode the cells' texts and as much of their metadata as may be. Raise DecodeError if a text is none."""
    cells = []
    left = MAX_ALL_METADATA
    for cell in file.cells:
        data = bytes(cell.source)
        source = msgspec.json.decode(data, type=str | list[str]) if data else ""
        metadata = _decoded(cell.metadata, left)
        left -= len(bytes(cell.metadata)) if metadata is not None else 0
        cells.append(Cell(cell.cell_type, source, metadata, _decoded(cell.id, MAX_ID)))
    return Notebook(cells=cells, metadata=_decoded(file.metadata, MAX_METADATA))


def _decoded(raw: msgspec.Raw, limit: int) -> Any:
    """Return a value that was left as bytes; None if it is missing, too large or damaged."""
    data = bytes(raw)
    if not data or len(data) > min(limit, MAX_METADATA):
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def code_cells(data: bytes, filename: str) -> CodeCells | Unreadable:
    """Return the notebook's code cells, or why the notebook cannot be read.

    Lines with a magic (`%matplotlib`, `!pip`) are emptied; `%time` leaves its statement. Cells with `%%` that are not
    Python are dropped.
    """
    notebook = read_notebook(data)
    if isinstance(notebook, Unreadable):
        return notebook
    code = notebook.code
    if len(code.encode()) > MAX_SOURCE:
        return Unreadable(Text("The notebook's code is larger than 512 KiB.", "notebook 的代码超过 512 KiB。"))
    if is_too_long(code):
        return Unreadable(TOO_LONG)
    chunks, left_out, problems = [], [], []
    for number, cell in enumerate(notebook.cells, 1):
        if not cell.is_code:
            continue
        name = f"{filename} cell {number}"
        code = cell.code
        if syntax_problem(code) is not None:
            code = _without_magics(code)
        problem = syntax_problem(code)
        if problem is None:
            chunks.append((name, code))
            continue
        sentence = Text("This cell was left out. ", "此单元格未被读取。") + problem.sentence
        problems.append(Problem(file=name, sentence=sentence, line=problem.line))
        left_out.append((name, code, problem.line or 1))
    return CodeCells(
        chunks=tuple(chunks),
        left_out=tuple(left_out),
        problems=tuple(problems),
        notebook=notebook,
    )


def _without_magics(code: str) -> str:
    if code.lstrip().startswith("%%"):
        first, _, code = code.lstrip().partition("\n")
        if first.split()[0] not in PYTHON_MAGICS:
            return ""
        code = "\n" + code
    return "\n".join(_without_magic(line) for line in code.split("\n"))


def _without_magic(line: str) -> str:
    """Return `pass` for a line with a magic, so that a block with no other line still parses."""
    bare = line.strip()
    if not bare.startswith(("%", "!")):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    magic, _, statement = bare.partition(" ")
    is_timed = magic == "%time" and statement
    return indent + (statement if is_timed else "pass")
