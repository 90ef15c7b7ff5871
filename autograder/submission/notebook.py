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


class Cells(msgspec.Struct, frozen=True):
    """The code cells of one notebook."""

    chunks: tuple[tuple[str, str], ...]  # (name, code) of each cell that Python can parse
    left_out: tuple[tuple[str, str, int], ...]  # (name, code, line at fault) of the others
    problems: tuple[Problem, ...]  # what to tell about those


def code_cells(data: bytes, filename: str) -> Cells | Unreadable:
    """The notebook's code.

    Magics (`%matplotlib`, `!pip`) are blanked line by line, `%time` leaves its statement; `%%` cells that are not
    Python are dropped.
    """
    try:
        notebook = msgspec.json.decode(data, type=_Notebook)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(
            Text(f"This is not a Jupyter notebook: {error}.", f"这不是有效的 Jupyter notebook：{error}。")
        )
    if sum(len(cell.code.encode()) for cell in notebook.cells if cell.cell_type == "code") > MAX_SOURCE:
        return Unreadable(Text("The notebook's code is larger than 512 KiB.", "notebook 的代码超过 512 KiB。"))
    chunks, left_out, problems = [], [], []
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
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
    return Cells(tuple(chunks), tuple(left_out), tuple(problems))


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
