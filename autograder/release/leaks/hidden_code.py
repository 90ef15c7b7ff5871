"""What of solutions/*.py must not be found: the references, the second solutions, the hidden checks."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ...checks.spec import TITLE
from ...course.stubs import BEGIN, END
from ...errors import CourseError
from .patterns import (
    BODY_TOKENS,
    DEFINITION_TOKENS,
    LINE_TOKENS,
    Kind,
    Secret,
    code_form,
    code_secret,
    count_tokens,
    logical_lines,
    plain,
    sentence_secret,
)


def secrets_of_python(path: Path, name: str) -> Iterator[Secret]:
    """All secrets of one file. Raises CourseError where it is not Python."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{path}, line {error.lineno}: {error.msg}.") from None
    if path.name.startswith("test_"):
        yield from _of_checks(text, tree, name)
    elif BEGIN in text:
        yield from _of_reference(text, tree, name)
    else:
        for top in tree.body:
            for node in ast.walk(top):
                if isinstance(node, ast.FunctionDef):
                    owners = (getattr(top, "name", ""),)
                    yield from _solution(Kind.ALTERNATIVE, *_body(text, node), name, owners)


def _of_reference(text: str, tree: ast.Module, name: str) -> Iterator[Secret]:
    began = 0
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if line.strip() == BEGIN:
            began = number
        elif line.strip() == END:
            owner = next((n.name for n in tree.body if isinstance(n, DEFINITIONS) and _spans(n, number)), "")
            block = "".join(lines[began : number - 1])
            yield from _solution(Kind.LINE, block, began + 1, name, (owner,))


DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _spans(node: ast.FunctionDef | ast.ClassDef, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno) + 2  # an END marker may follow the last statement


def _solution(kind: Kind, block: str, first: int, name: str, owners: tuple[str, ...]) -> Iterator[Secret]:
    """Each line that not everybody writes, and the whole."""
    written = block.splitlines()
    for number, line in logical_lines(block):
        if count_tokens(line) >= LINE_TOKENS:
            yield code_secret(kind, line, f"{name}:{first + number - 1}", owners, written[number - 1])
    if count_tokens(whole := plain(block)) >= BODY_TOKENS:
        yield code_secret(Kind.SOLUTION, whole, f"{name}:{first}", owners, block)


def _of_checks(text: str, tree: ast.Module, name: str) -> Iterator[Secret]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for half in title_halves(ast.get_docstring(node) or ""):
                yield from sentence_secret(Kind.TITLE, half, f"{name}:{node.lineno}")
            body, first = _body(text, node)
            if count_tokens(bare := plain(body)) >= BODY_TOKENS:
                yield code_secret(Kind.CHECK, bare, f"{name}:{first}", shown=body)
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
            part, first = (
                _body(text, node) if isinstance(node, ast.FunctionDef) else (_segment(text, node), node.lineno)
            )
            if count_tokens(bare := plain(part)) >= DEFINITION_TOKENS:
                yield code_secret(Kind.SHARED, bare, f"{name}:{first}", shown=part)


def title_halves(docstring: str) -> list[str]:
    """A check's title in each language."""
    flat = " ".join(docstring.split())
    match = TITLE.match(flat)
    return [match["en"], match["zh"]] if match else [flat]


def body_form(text: str, function: ast.FunctionDef) -> str:
    """The normal form of what a check does."""
    return code_form(plain(_body(text, function)[0]))


def _body(text: str, function: ast.FunctionDef) -> tuple[str, int]:
    """(source, first line) of a function without its head and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return "", function.lineno
    lines = text.splitlines(keepends=True)[body[0].lineno - 1 : body[-1].end_lineno]
    return "".join(lines), body[0].lineno


def _segment(text: str, node: ast.stmt) -> str:
    return "".join(text.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno])
