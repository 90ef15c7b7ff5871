"""Turns items into questions and keys with fresh ids, and writes them to quiz.yaml and quiz_key.yaml."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ...course.model import QUIZ, QUIZ_KEY
from ...results.files import write_whole
from ..key import Key
from ..kinds import KINDS
from ..kinds.items import ItemReader
from ..question import Question
from .item import AnyItem, Losses, NotCarriedError

WIDTH = 120
SHORT = 40  # characters of a list's entry that may share its line with others
FIRST_FIELDS = ("id", "kind", "answer", "accepted")

Imported = tuple[Question, Key]


def questions_of(items: Iterable[AnyItem], ids: Iterable[str], losses: Losses) -> list[Imported]:
    """Return each item as a question and its key. `losses` gets what a question here cannot hold."""
    imported: list[Imported] = []
    names = iter(ids)
    for item in items:
        try:
            question, key = _imported(item, losses)
        except (NotCarriedError, ValueError) as reason:
            losses.leave_out(reason, item.name)
            continue
        imported.append((msgspec.structs.replace(question, id=next(names)), key))
    return imported


def fresh_ids(prefix: str, taken: Iterable[str]) -> Iterator[str]:
    """Yield q10_01, q10_02 …, beginning after the last one that is taken."""
    pattern = re.compile(rf"{re.escape(prefix)}_(\d+)")
    number = 0
    for name in taken:
        match = pattern.fullmatch(name)
        if match:
            number = max(number, int(match[1]))
    while True:
        number += 1
        yield f"{prefix}_{number:02}"


def write_quiz(imported: Sequence[Imported], folder: Path) -> None:
    """Write quiz.yaml and quiz_key.yaml, each atomically."""
    questions, keys = [], []
    for question, key in imported:
        questions.append(_dumped([_sorted({"kind": question.kind, **_fields(question)})]))
        keys.append(_dumped({question.id: _sorted(_fields(key))}))
    write_whole(folder / QUIZ_KEY, ["\n".join(keys).encode()])
    write_whole(folder / QUIZ, ["\n".join(questions).encode()])


def _imported(item: AnyItem, losses: Losses) -> Imported:
    """Return the item as a question, whose id is a placeholder, and its key. Raise NotCarriedError."""
    reader = ItemReader(item, losses)
    if not item.explanation:
        reader.lose("There is no explanation: write one")
    for kind in KINDS.values():
        imported = kind.from_item(item, reader)
        if imported is not None:
            return imported
    raise NotCarriedError("no kind of question here takes it")


def _fields(struct: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that differ from their defaults."""
    fields = {}
    for field in msgspec.structs.fields(type(struct)):
        value = getattr(struct, field.name)
        if value != _default(field):
            fields[field.name] = msgspec.to_builtins(value)
    return fields


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _sorted(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields in the order in which an author writes them."""
    first = {name: fields[name] for name in FIRST_FIELDS if name in fields}
    return first | {name: value for name, value in fields.items() if name not in first}


class _Dumper(yaml.SafeDumper):
    """A dumper that writes texts of several lines as blocks, and lists of short texts on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: yaml.SafeDumper, entries: list[Any]) -> yaml.SequenceNode:
    is_short = all(isinstance(entry, str) and len(entry) < SHORT for entry in entries)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=is_short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def _dumped(value: list[Any] | Mapping[str, Any]) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return text
