"""What of solutions/ must not be found in a release: code, titles, sentences, answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ...course.toml import read_toml
from ...errors import CourseError
from ..manifest import sha256
from .hidden_code import secrets_of_python
from .patterns import (
    DEFINITION_TOKENS,
    FORMULA_TOKENS,
    LINE_TOKENS,
    MIN_PATTERN,
    PLACEHOLDER,
    Form,
    Kind,
    Secret,
    answer_form,
    code_form,
    code_secret,
    count_tokens,
    sentence_secrets,
    shortened,
)

MIN_WHOLE = 64  # bytes of a file that is looked for as it stands


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
        sha256(path.read_bytes()): path.relative_to(root).as_posix()
        for path in paths
        if path.stat().st_size >= MIN_WHOLE
    }


def _of_topic(root: Path, folder: Path) -> Iterator[Secret]:
    for path in sorted(folder.glob("*.*")):
        if path.suffix == ".py":
            yield from secrets_of_python(path, path.relative_to(root).as_posix())
        elif path.name == "misconceptions.toml":
            yield from _of_misconceptions(read_toml(path, dict[str, Any]))
        elif path.name == "equivalent_mutants.toml":
            for exercise, entries in read_toml(path, dict[str, Any]).items():
                for entry in entries:
                    yield from sentence_secrets(Kind.REASON, entry.get("reason", ""), f"{exercise} in {path.name}")
        elif path.name == "quiz_key.yaml":
            yield from _of_keys(_yaml(path), f"exercises/{folder.name}/quiz.yaml")


def _of_misconceptions(table: dict[str, Any]) -> Iterator[Secret]:
    for exercise, entries in table.items():
        for entry in entries:
            owner, origin = (exercise,), f"{exercise}: {entry['name']}"
            for language in ("en", "zh"):
                yield from sentence_secrets(Kind.MISCONCEPTION, entry[language], origin, owner)
            if count_tokens(entry["wrote"]) >= DEFINITION_TOKENS:
                yield code_secret(Kind.WRONG_CODE, entry["wrote"], origin, owner)


# Quizzes


def _of_keys(keys: dict[str, Any], quiz: str) -> Iterator[Secret]:
    for question, key in keys.items():
        for field in ("answer", "accepted"):
            yield from _of_answer(question, key.get(field), quiz)
        for text in strings_in({name: value for name, value in key.items() if name not in ("answer", "accepted")}):
            yield from sentence_secrets(Kind.REPLY, text, question)


def _of_answer(question: str, answer: Any, quiz: str) -> Iterator[Secret]:
    """The id and then the answer, anywhere; an answer that is a formula beside the questions, a long one anywhere."""
    accepted = answer if isinstance(answer, list) and any(not _is_letter(item) for item in answer) else [answer]
    for one in accepted:
        said = " ".join(map(str, _leaves(one)))
        if one is None or PLACEHOLDER in said.split() or not (words := answer_form(said).strip("\0")):
            continue
        shown = shortened(f"{question}: {said}")
        pattern = f"\0{answer_form(question).strip(chr(0))}\0{words}\0"
        yield Secret(kind=Kind.ANSWER, form=Form.ANSWER, pattern=pattern, origin=question, shown=shown)
        if isinstance(one, str) and count_tokens(one) >= FORMULA_TOKENS:
            place = "" if count_tokens(one) >= LINE_TOKENS else quiz
            yield Secret(
                kind=Kind.FORMULA, form=Form.CODE, pattern=code_form(one), origin=question, shown=shortened(one),
                only_in=place,
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


def _yaml(path: Path) -> dict[str, Any]:
    try:
        keys = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}.") from None
    if not isinstance(keys, dict) or not all(isinstance(key, dict) for key in keys.values()):
        raise CourseError(f"{path} is not a table of keys by question id.")
    return keys
