"""The code cells of a Jupyter notebook, as text. Read with a JSON decoder and a type, so that it costs no import."""

from collections.abc import Iterator
from typing import Any

import msgspec

from ..results.model import Problem
from ..source import MAX_SOURCE, Unreadable, syntax_problem
from ..text import Text


class Cell(msgspec.Struct, frozen=True):
    """A cell as it stands in the file; what is beside its text may be anything."""

    cell_type: str
    source: str | list[str] = ""
    metadata: Any = None
    id: Any = None

    @property
    def code(self) -> str:
        return self.source if isinstance(self.source, str) else "".join(self.source)

    def part(self, name: str) -> dict[str, Any]:
        """One part of the metadata: nbgrader's, or ours; empty where it is not there or not what it should be."""
        return metadata_part(self.metadata, name)

    @property
    def is_code(self) -> bool:
        """A cell that a student wrote an answer into counts as code, whatever was made of it by accident."""
        return self.cell_type == "code" or self.part("torchstone").get("role") == "solution"


class Notebook(msgspec.Struct, frozen=True):
    """A notebook, as far as grading reads it."""

    cells: list[Cell]
    metadata: Any = None

    @property
    def is_ours(self) -> bool:
        """Built by `autograder notebooks build`: the notebook says so, or one of its cells, where that was lost."""
        return any(metadata_part(metadata, "torchstone") for metadata in self._metadata())

    def _metadata(self) -> Iterator[Any]:
        yield self.metadata
        yield from (cell.metadata for cell in self.cells)


def metadata_part(metadata: Any, name: str) -> dict[str, Any]:
    """One part of a notebook's or a cell's metadata, which is a student's and may hold anything."""
    part = metadata.get(name) if isinstance(metadata, dict) else None
    return part if isinstance(part, dict) else {}


class Cells(msgspec.Struct, frozen=True):
    """The code cells of one notebook."""

    chunks: tuple[tuple[str, str], ...]  # (name, code) of each cell that Python can parse
    left_out: tuple[tuple[str, str, int], ...]  # (name, code, line at fault) of the others
    problems: tuple[Problem, ...]  # what to tell about those
    notebook: Notebook


def read_notebook(data: bytes) -> Notebook | Unreadable:
    """The notebook in a file's bytes."""
    try:
        return msgspec.json.decode(data, type=Notebook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(
            Text(f"This is not a Jupyter notebook: {error}.", f"这不是有效的 Jupyter notebook：{error}。")
        )


def code_cells(data: bytes, filename: str) -> Cells | Unreadable:
    """The notebook's code.

    Magics (`%matplotlib`, `!pip`) are blanked line by line, `%time` leaves its statement; `%%` cells that are not
    Python are dropped.
    """
    notebook = read_notebook(data)
    if isinstance(notebook, Unreadable):
        return notebook
    if sum(len(cell.code.encode()) for cell in notebook.cells if cell.is_code) > MAX_SOURCE:
        return Unreadable(Text("The notebook's code is larger than 512 KiB.", "notebook 的代码超过 512 KiB。"))
    chunks, left_out, problems = [], [], []
    for number, cell in enumerate(notebook.cells, 1):
        if not cell.is_code:
            continue
        name = f"{filename} cell {number}"
        code = cell.code if syntax_problem(cell.code) is None else _without_magics(cell.code)
        problem = syntax_problem(code)
        if problem is None:
            chunks.append((name, code))
        else:
            sentence = Text("This cell was left out. ", "此单元格未被读取。") + problem.sentence
            problems.append(Problem(file=name, sentence=sentence, line=problem.line))
            left_out.append((name, code, problem.line or 1))
    return Cells(tuple(chunks), tuple(left_out), tuple(problems), notebook)


def _without_magics(code: str) -> str:
    if code.lstrip().startswith("%%"):
        first, _, code = code.lstrip().partition("\n")
        if first.split()[0] not in ("%%time", "%%timeit", "%%capture"):
            return ""
        code = "\n" + code
    lines = code.split("\n")
    return "\n".join(_blanked(line) if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _blanked(line: str) -> str:
    """`pass`, so that a block which held nothing but the magic still parses; what `%time` times stays."""
    indent = line[: len(line) - len(line.lstrip())]
    magic, _, statement = line.strip().partition(" ")
    return indent + (statement if magic == "%time" and statement else "pass")
