"""answers.yaml, as it is written for a student: every question as a comment, and the answer below it."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from ..results.files import write_whole
from ..text import Language, Text
from .answers import Entry
from .kinds import KINDS
from .variant import Shown

WIDTH = 110


def write_answers(
    path: Path,
    *,
    title: Text,
    student: str,
    attempt: int,
    questions: Sequence[Shown],
    entries: Mapping[str, Entry],
    language: Language,
) -> None:
    """Write the file atomically. Entries of questions that are not shown are kept at its end."""
    lines = [
        *(_comment(line) for line in title.lines(language)),
        f"student: {_scalar(student)}",
        f"attempt: {attempt}",
        "answers:",
    ]
    for number, question in enumerate(questions, 1):
        lines += ["", *_described(question, f"{number}/{len(questions)}", language)]
        lines.append(_pair(question.id, entries.get(question.id)))
    shown = {question.id for question in questions}
    lines += [_pair(name, entry) for name, entry in entries.items() if name not in shown]
    write_whole(path, [("\n".join(lines) + "\n").encode()])


def _described(question: Shown, number: str, language: Language) -> list[str]:
    """The question as comments."""
    how = KINDS[question.kind].instruction
    if question.units:
        names = ", ".join(question.units)
        how += Text(f" With its unit: {names}.", f"带单位：{names}。")
    paragraphs = [f"{number}  {question.id}  {' '.join(how.lines(language))}", *question.prompt.lines(language)]
    if question.code:
        paragraphs += [f"    {line}" for line in question.code.rstrip().splitlines()]
    for letter, option in question.options.items():
        paragraphs += [f"  {letter}  {' / '.join(option.lines(language))}"]
    return ["  " + _comment(line) for paragraph in paragraphs for line in _wrapped(paragraph)]


def _wrapped(paragraph: str) -> list[str]:
    indent = " " * (len(paragraph) - len(paragraph.lstrip()))
    return [
        line
        for one in paragraph.splitlines()
        for line in textwrap.wrap(one, WIDTH, subsequent_indent=indent, replace_whitespace=False) or [""]
    ]


def _comment(line: str) -> str:
    return f"# {line}".rstrip()


def _pair(name: str, entry: Entry | None) -> str:
    """A question's line, in a form that is read back as the same entry."""
    if entry is None or entry.is_blank:
        return f"  {name}:"
    if entry.items is not None:
        return f"  {name}: [{', '.join(map(_scalar, entry.items))}]"
    if "\n" in entry.text:
        return textwrap.indent(_block(name, entry.text), "  ", lambda line: line != "\n").rstrip("\n")
    return f"  {name}: {_scalar(entry.text)}"


def _scalar(text: str) -> str:
    """On one line: bare where that is certain to be read as the same text."""
    if text and text == text.strip() and all(c.isalnum() or c in " .+-/%()" for c in text) and text[0].isalnum():
        return text
    dumped: str = yaml.dump(text, Dumper=yaml.CSafeDumper, default_style='"', allow_unicode=True, width=1 << 30)
    return dumped.rstrip("\n")


def _block(name: str, text: str) -> str:
    """The text on lines of its own, where YAML allows it."""
    dumped: str = yaml.dump({name: text}, Dumper=_Blocks, allow_unicode=True, width=1 << 30)
    return dumped


class _Blocks(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _as_block)
