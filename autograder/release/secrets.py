"""What of solutions/ must not be found in a release, as patterns that survive another layout.

Two normal forms. Code is compared by its tokens, without white space, comments and line ends; a sentence by its letters
and digits alone, without case, so that no quoting, wrapping or escaping hides it.
"""

import ast
import io
import re
import textwrap
import tokenize
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ..checks.spec import TITLE
from ..errors import CourseError
from ..stubs import BEGIN, END
from .manifest import sha256

LEXEME = re.compile(r"\w+|[^\w\s\\]")
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])")
PLACEHOLDER = "TODO"  # a text that its author has still to write
LINE_TOKENS = 10  # shorter lines are written by everybody
BODY_TOKENS = 9  # of a whole solution, or of a hidden check
DEFINITION_TOKENS = 25  # of a misconception's code, and of what hidden checks share
FORMULA_TOKENS = 5
TEXT_LETTERS = 16  # of a whole sentence's letters and digits; one of Chinese letters counts for two
PART_LETTERS = 36  # of one sentence of several
MIN_PATTERN = 8  # characters; leaks.py looks them up by their first ones
MIN_WHOLE = 64  # bytes of a file that is looked for as it stands
ANSWER_WORDS = {"answer", "answers", "is", "are", "key", "solution", "correct", "right", "答案", "是"}


class Form(Enum):
    """How two texts are compared."""

    CODE = "code"
    WORDS = "words"
    ANSWER = "answer"  # a question's id, then its answer; only between them may words like "is" stand


class Kind(Enum):
    """What leaked, as the refusal calls it."""

    LINE = "a line of the reference"
    SOLUTION = "a solution"
    ALTERNATIVE = "a line of the second solution"
    TITLE = "the title of a hidden check"
    CHECK = "the body of a hidden check"
    SHARED = "what hidden checks share"
    MISCONCEPTION = "the sentence of a misconception"
    WRONG_CODE = "the code of a misconception"
    REASON = "the reason for an equivalent mutant"
    FORMULA = "the answer of a question"
    ANSWER = "the answer of a question, by its id"
    REPLY = "the explanation of an answer"
    WHOLE = "a whole file of the solutions"
    SALT = "the salt of a commitment"


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must not be found."""

    kind: Kind
    form: Form
    pattern: str
    origin: str  # solutions/01_activations/activations.py:35, or the question's id
    shown: str  # its beginning
    topic: str
    owners: tuple[str, ...] = ()  # the exercises whose it is
    only_in: str = ""  # the one path where it says anything; "" everywhere


def code_form(text: str) -> str:
    """Tokens, each between two NULs."""
    return "\0" + "".join(f"{token}\0" for token in LEXEME.findall(unicodedata.normalize("NFKC", text)))


def words_form(text: str) -> str:
    """Letters and digits."""
    return "".join(WORD.findall(unicodedata.normalize("NFKC", text))).casefold()


def answer_form(text: str) -> str:
    """Words, each between two NULs, without those that link a question to its answer."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return "\0" + "".join(f"{word}\0" for word in words if word not in ANSWER_WORDS)


def find_secrets(root: Path, topics: Sequence[str]) -> list[Secret]:
    """Everything that must not be found, each pattern once. Raises CourseError where a file cannot be read."""
    found: dict[tuple[Form, str, str], Secret] = {}
    for topic in topics:
        folder = root / "solutions" / topic
        if not folder.is_dir():
            continue
        for secret in _of_topic(root, folder):
            if len(secret.pattern) >= MIN_PATTERN or secret.form is Form.ANSWER:
                first = found.setdefault((secret.form, secret.pattern, secret.only_in), secret)
                if not set(secret.owners) <= set(first.owners):
                    both = msgspec.structs.replace(first, owners=(*first.owners, *secret.owners))
                    found[secret.form, secret.pattern, secret.only_in] = both
    return list(found.values())


def whole_files(root: Path) -> dict[str, str]:
    """SHA-256 of each file below solutions/, whatever it is -> its path."""
    paths = (path for path in sorted((root / "solutions").rglob("*")) if path.is_file())
    return {
        sha256(path.read_bytes()): path.relative_to(root).as_posix() for path in paths if path.stat().st_size >= MIN_WHOLE
    }


def _of_topic(root: Path, folder: Path) -> Iterator[Secret]:
    for path in sorted(folder.glob("*.*")):
        here = {"topic": folder.name}
        if path.suffix == ".py":
            yield from _of_python(path, path.relative_to(root).as_posix(), here)
        elif path.name == "misconceptions.toml":
            yield from _of_misconceptions(_toml(path), here)
        elif path.name == "equivalent_mutants.toml":
            for exercise, entries in _toml(path).items():
                for entry in entries:
                    yield from _sentences(Kind.REASON, entry.get("reason", ""), f"{exercise} in {path.name}", here)
        elif path.name == "quiz_key.yaml":
            yield from _of_keys(_yaml(path), here)


# Python: the reference, the second solution, the hidden checks


def _of_python(path: Path, name: str, here: dict[str, Any]) -> Iterator[Secret]:
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{path}, line {error.lineno}: {error.msg}.") from None
    if path.name.startswith("test_"):
        yield from _of_checks(text, tree, name, here)
    elif BEGIN in text:
        yield from _of_reference(text, tree, name, here)
    else:
        for top in tree.body:
            for node in ast.walk(top):
                if isinstance(node, ast.FunctionDef):
                    owner = {**here, "owners": (getattr(top, "name", ""),)}
                    yield from _solution(Kind.ALTERNATIVE, *_body(text, node), name, owner)


def _of_reference(text: str, tree: ast.Module, name: str, here: dict[str, Any]) -> Iterator[Secret]:
    began = 0
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        if line.strip() == BEGIN:
            began = number
        elif line.strip() == END:
            owner = next((n.name for n in tree.body if isinstance(n, DEFINITIONS) and _spans(n, number)), "")
            block = "".join(lines[began : number - 1])
            yield from _solution(Kind.LINE, block, began + 1, name, {**here, "owners": (owner,)})


DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _spans(node: ast.FunctionDef | ast.ClassDef, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno) + 2  # an END marker may follow the last statement


def _solution(kind: Kind, block: str, first: int, name: str, here: dict[str, Any]) -> Iterator[Secret]:
    """Each line that not everybody writes, and the whole."""
    lines = list(_logical_lines(block))
    for number, line in lines:
        if _tokens(line) >= LINE_TOKENS:
            yield _code(kind, line, f"{name}:{first + number - 1}", here)
    whole = "\n".join(line for _, line in lines)
    if _tokens(whole) >= BODY_TOKENS:
        yield _code(Kind.SOLUTION, whole, f"{name}:{first}", here)


def _of_checks(text: str, tree: ast.Module, name: str, here: dict[str, Any]) -> Iterator[Secret]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for half in title_halves(ast.get_docstring(node) or ""):
                yield from _whole(Kind.TITLE, half, f"{name}:{node.lineno}", here)
            body, first = _body(text, node)
            if _tokens(plain := _plain(body)) >= BODY_TOKENS:
                yield _code(Kind.CHECK, plain, f"{name}:{first}", here)
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr):
            part, first = _body(text, node) if isinstance(node, ast.FunctionDef) else (_segment(text, node), node.lineno)
            if _tokens(plain := _plain(part)) >= DEFINITION_TOKENS:
                yield _code(Kind.SHARED, plain, f"{name}:{first}", here)


def title_halves(docstring: str) -> list[str]:
    """A check's title in each language."""
    flat = " ".join(docstring.split())
    match = TITLE.match(flat)
    return [match["en"], match["zh"]] if match else [flat]


def body_form(text: str, function: ast.FunctionDef) -> str:
    """The normal form of what a check does."""
    return code_form(_plain(_body(text, function)[0]))


def _body(text: str, function: ast.FunctionDef) -> tuple[str, int]:
    """(source, first line) of a function without its head and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return "", function.lineno
    lines = text.splitlines(keepends=True)[body[0].lineno - 1 : body[-1].end_lineno]
    return "".join(lines), body[0].lineno


def _segment(text: str, node: ast.stmt) -> str:
    return "".join(text.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno])


def _plain(code: str) -> str:
    return "\n".join(line for _, line in _logical_lines(code))


def _logical_lines(code: str) -> Iterator[tuple[int, str]]:
    """(number, text) of each statement's line, without comments."""
    parts: list[str] = []
    first = 0
    dedented = textwrap.dedent(code) + "\n"
    for token in tokenize.generate_tokens(io.StringIO(dedented).readline):
        if token.type == tokenize.NEWLINE:
            yield first, " ".join(parts)
            parts = []
        elif token.type not in LAYOUT:
            first = first if parts else token.start[0]
            parts.append(token.string)


LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def _tokens(code: str) -> int:
    return len(LEXEME.findall(code))


def _code(kind: Kind, code: str, origin: str, here: dict[str, Any]) -> Secret:
    return Secret(kind=kind, form=Form.CODE, pattern=code_form(code), origin=origin, shown=_shown(code), **here)


# Sentences


def _whole(kind: Kind, sentence: str, origin: str, here: dict[str, Any], least: int = TEXT_LETTERS) -> Iterator[Secret]:
    """The sentence; where it has hardly a letter, its tokens."""
    if PLACEHOLDER in sentence.split():
        return
    form = words_form(sentence)
    if sum(2 if letter > "\u2e7f" else 1 for letter in form) >= least:
        yield Secret(kind=kind, form=Form.WORDS, pattern=form, origin=origin, shown=_shown(sentence), **here)
    elif least == TEXT_LETTERS and _tokens(sentence) >= BODY_TOKENS:
        yield _code(kind, sentence, origin, here)


def _sentences(kind: Kind, text: str, origin: str, here: dict[str, Any]) -> Iterator[Secret]:
    """The whole text, and each long sentence of it."""
    yield from _whole(kind, text, origin, here)
    parts = [part for part in SENTENCE_END.split(text) if part]
    for part in parts if len(parts) > 1 else []:
        yield from _whole(kind, part, origin, here, PART_LETTERS)


def _of_misconceptions(table: dict[str, Any], here: dict[str, Any]) -> Iterator[Secret]:
    for exercise, entries in table.items():
        for entry in entries:
            owner, origin = {**here, "owners": (exercise,)}, f"{exercise}: {entry['name']}"
            for language in ("en", "zh"):
                yield from _sentences(Kind.MISCONCEPTION, entry[language], origin, owner)
            if _tokens(entry["wrote"]) >= DEFINITION_TOKENS:
                yield _code(Kind.WRONG_CODE, entry["wrote"], origin, owner)


# Quizzes


def _of_keys(keys: dict[str, Any], here: dict[str, Any]) -> Iterator[Secret]:
    for question, key in keys.items():
        for field in ("answer", "accepted"):
            yield from _of_answer(question, key.get(field), here)
        for text in strings_in({name: value for name, value in key.items() if name not in ("answer", "accepted")}):
            yield from _sentences(Kind.REPLY, text, question, here)


def _of_answer(question: str, answer: Any, here: dict[str, Any]) -> Iterator[Secret]:
    """The id and then the answer, anywhere; an answer that is a formula beside the questions, a long one anywhere."""
    accepted = answer if isinstance(answer, list) and any(not _is_letter(item) for item in answer) else [answer]
    for one in accepted:
        said = " ".join(map(str, _leaves(one)))
        if one is None or not (words := answer_form(said).strip("\0")):
            continue
        shown = _shown(f"{question}: {said}")
        pattern = f"\0{answer_form(question).strip(chr(0))}\0{words}\0"
        yield Secret(kind=Kind.ANSWER, form=Form.ANSWER, pattern=pattern, origin=question, shown=shown, **here)
        if isinstance(one, str) and _tokens(one) >= FORMULA_TOKENS and one != PLACEHOLDER:
            beside = "" if _tokens(one) >= LINE_TOKENS else f"exercises/{here['topic']}/quiz.yaml"
            yield Secret(
                kind=Kind.FORMULA, form=Form.CODE, pattern=code_form(one), origin=question, shown=_shown(one),
                only_in=beside, **here,
            )  # fmt: skip


def _is_letter(item: Any) -> bool:
    return isinstance(item, str) and len(item) == 1


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def strings_in(value: Any) -> Iterator[str]:
    """Every string below `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings_in(item)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}.") from None


def _yaml(path: Path) -> dict[str, Any]:
    try:
        keys = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}.") from None
    if not isinstance(keys, dict) or not all(isinstance(key, dict) for key in keys.values()):
        raise CourseError(f"{path} is not a table of keys by question id.")
    return keys


def _shown(text: str) -> str:
    return textwrap.shorten(" ".join(text.split()), 100, placeholder=" …")
