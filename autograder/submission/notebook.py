"""The code cells of a Jupyter notebook, as text. Read with a JSON decoder and a type, so that it costs no import."""

import msgspec

from ..results import Problem
from ..source import MAX_SOURCE, Unreadable, syntax_problem
from ..text import Text


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""

    @property
    def code(self) -> str:
        return self.source if isinstance(self.source, str) else "".join(self.source)


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


def code_cells(data: bytes, filename: str) -> tuple[tuple[tuple[str, str], ...], list[Problem]] | Unreadable:
    """(name, code) of each code cell that Python can parse, and what was left out.

    Magics (`%time`, `!pip`) are blanked line by line; `%%` cells that are not Python are left out.
    """
    try:
        notebook = msgspec.json.decode(data, type=_Notebook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(
            Text(f"This is not a Jupyter notebook: {error}.", f"这不是有效的 Jupyter notebook：{error}。")
        )
    cells, problems = [], []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
            continue
        name = f"{filename} cell {number}"
        code = _without_magics(cell.code)
        problem = syntax_problem(code) if len(code) <= MAX_SOURCE else Unreadable(Text("too large", "过大"))
        if problem is None:
            cells.append((name, code))
        else:
            sentence = Text("This cell was left out. ", "此单元格未被读取。") + problem.sentence
            problems.append(Problem(file=name, sentence=sentence, line=problem.line))
    return tuple(cells), problems


def _without_magics(code: str) -> str:
    if code.lstrip().startswith("%%"):
        first, _, code = code.lstrip().partition("\n")
        if first.split()[0] not in ("%%time", "%%timeit", "%%capture"):
            return ""
        code = "\n" + code
    lines = code.split("\n")
    return "\n".join(_blanked(line) if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _blanked(line: str) -> str:
    """`pass`, so that a block which held nothing but the magic still parses."""
    return line[: len(line) - len(line.lstrip())] + "pass"
