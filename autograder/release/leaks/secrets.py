"""The secrets of a course, read from solutions/: solutions, hidden checks, misconceptions, quiz keys."""

import ast
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, TypeGuard

import msgspec
import yaml

from ...checks.spec import TITLE
from ...course.model import QUIZ_KEY
from ...course.toml import read_toml
from ...errors import CourseError
from .patterns import code_form, count_letters, count_tokens, logical_lines, without_comments, words_form

LINE_TOKENS = 10  # anybody may write a shorter line
BODY_TOKENS = 9  # of a whole solution or hidden check
HELPER_TOKENS = 25  # of code that hidden checks share, or of a misconception's code
TEXT_LETTERS = 16
PLACEHOLDER = "TODO"  # a text that the author still has to write


class SecretKind(Enum):
    """A kind of secret, as the refusal names it."""

    LINE = "a line of a solution"
    SOLUTION = "a solution"
    TITLE = "the title of a hidden check"
    CHECK = "the code of a hidden check"
    MISCONCEPTION = "a misconception"
    KEY = "the key of a question"
    REPLY = "the explanation of an answer"
    WHOLE_FILE = "a whole file of the solutions"


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One text that must not be in a release."""

    kind: SecretKind
    pattern: str  # in the form in which it is compared
    origin: str  # solutions/01_activations/activations.py:35
    text: str  # as its author wrote it
    owner: str = ""  # the exercise that it solves, or the question that it explains


def find_secrets(root: Path) -> list[Secret]:
    """Return all secrets of a course. Raise CourseError for a file that cannot be read."""
    secrets: list[Secret] = []
    for path in sorted((root / "solutions").glob("*/*")):
        if path.suffix not in (".py", ".toml", ".yaml"):
            continue
        name = path.relative_to(root).as_posix()
        try:
            secrets += _secrets_of(path, name)
        except SyntaxError as error:
            problem = f"{path}, line {error.lineno}: {error.msg}."
            raise CourseError(problem) from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            problem = f"{path}: {error}."
            raise CourseError(problem) from None
    return secrets


def _secrets_of(path: Path, name: str) -> Iterator[Secret]:
    """Yield the secrets of one file. The file's name says which kind of file it is."""
    text = path.read_text(encoding="utf-8")
    if path.name == QUIZ_KEY:
        yield from _of_keys(text, name)
    elif path.name == "misconceptions.toml":
        yield from _of_misconceptions(read_toml(path, dict[str, Any]), name)
    elif path.name.startswith("test_"):
        yield from _of_checks(text, name)
    elif path.suffix == ".py":
        yield from _of_solutions(text, name)


def _code(kind: SecretKind, code: str, origin: str, text: str, owner: str = "") -> Secret:
    return Secret(kind=kind, pattern=code_form(code) + "\0", origin=origin, text=text, owner=owner)


def _sentence(kind: SecretKind, text: str, origin: str, owner: str = "") -> Iterator[Secret]:
    """Yield the text as a secret, unless it is short or still to be written."""
    if count_letters(text) >= TEXT_LETTERS and PLACEHOLDER not in text.split():
        yield Secret(kind=kind, pattern=words_form(text), origin=origin, text=text, owner=owner)


def _of_solutions(text: str, name: str) -> Iterator[Secret]:
    """Yield each long line and the whole of every function body, in a reference or a second solution.

    This includes the code outside the solution markers, but the stub publishes that.
    """
    for definition in ast.parse(text).body:
        exercise = getattr(definition, "name", "")
        for function in ast.walk(definition):
            if isinstance(function, ast.FunctionDef):
                body, first = body_of(text, function)
                yield from _of_body(body, first, name, exercise)


def _of_body(body: str, first: int, name: str, exercise: str) -> Iterator[Secret]:
    """Yield each long line of a function body, and the whole body. `first` is its first line in the file."""
    written = body.splitlines()
    for number, line in logical_lines(body):
        if count_tokens(line) >= LINE_TOKENS:
            yield _code(
                SecretKind.LINE,
                line,
                origin=f"{name}:{first + number - 1}",
                text=written[number - 1].strip(),
                owner=exercise,
            )
    whole = without_comments(body)
    if count_tokens(whole) >= BODY_TOKENS:
        yield _code(
            SecretKind.SOLUTION,
            whole,
            origin=f"{name}:{first}",
            text=body,
            owner=exercise,
        )


def _of_checks(text: str, name: str) -> Iterator[Secret]:
    """Yield the titles and bodies of the hidden checks, and the longer constants and helpers beside them."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
            continue
        least = HELPER_TOKENS
        if _is_check(node):
            least = BODY_TOKENS
            for title in _titles(node):
                yield from _sentence(SecretKind.TITLE, title, f"{name}:{node.lineno}")
        if isinstance(node, ast.FunctionDef):
            code, first = body_of(text, node)
        else:
            code = segment(text, node, node)
            first = node.lineno
        whole = without_comments(code)
        if count_tokens(whole) >= least:
            yield _code(SecretKind.CHECK, whole, f"{name}:{first}", code)


def _is_check(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


def _titles(function: ast.FunctionDef) -> list[str]:
    """Return the title of a check in each language."""
    docstring = " ".join((ast.get_docstring(function) or "").split())
    match = TITLE.match(docstring)
    return [match["en"], match["zh"]] if match else [docstring]


def body_of(text: str, function: ast.FunctionDef) -> tuple[str, int]:
    """Return (code, first line) of a function without its head and docstring."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    if not body:
        return "", function.lineno
    return segment(text, body[0], body[-1]), body[0].lineno


def segment(text: str, first: ast.stmt, last: ast.stmt) -> str:
    """Return the lines from the first statement to the last one."""
    return "".join(text.splitlines(keepends=True)[first.lineno - 1 : last.end_lineno])


def _of_misconceptions(content: dict[str, Any], name: str) -> Iterator[Secret]:
    """Yield the sentences of each misconception, and its code if it is long."""
    for exercise, misconceptions in content.items():
        for misconception in misconceptions:
            origin = f"{name}, {exercise}: {misconception['name']}"
            yield from _sentence(SecretKind.MISCONCEPTION, misconception["en"], origin)
            yield from _sentence(SecretKind.MISCONCEPTION, misconception["zh"], origin)
            code = misconception["wrote"]
            if count_tokens(code) >= HELPER_TOKENS:
                yield _code(
                    SecretKind.MISCONCEPTION,
                    code,
                    origin=origin,
                    text=code,
                )


def _of_keys(text: str, name: str) -> Iterator[Secret]:
    """Yield the beginning of each key, `QUESTION: answer:`, and the explanations and replies."""
    keys = yaml.safe_load(text) or {}
    for question, key in keys.items():
        origin = f"{name}, {question}"
        beginning = f"{question}: {next(iter(key))}:"
        yield _code(SecretKind.KEY, beginning, origin, beginning)
        key.pop("answer", None)  # an answer alone, such as `B` or `2*n`, may be anywhere
        key.pop("accepted", None)
        for reply in texts_in(key):
            yield from _sentence(SecretKind.REPLY, reply, origin, question)


def texts_in(value: Any) -> Iterator[str]:
    """Yield every string in nested tables and lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_in(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
