"""Writes answers.yaml for a student: every question as a comment, and the answer below it."""

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
    lines = [_comment(line) for line in title.lines(language)]
    lines.append(f"student: {_scalar(student)}")
    lines.append(f"attempt: {attempt}")
    lines.append("answers:")
    others = dict(entries)
    for number, question in enumerate(questions, 1):
        lines.append("")
        lines += _described(question, f"{number}/{len(questions)}", language)
        lines.append(_pair(question.id, others.pop(question.id, None)))
    for name, entry in others.items():
        lines.append(_pair(name, entry))
    write_whole(path, [("\n".join(lines) + "\n").encode()])


def _described(question: Shown, number: str, language: Language) -> list[str]:
    """Return the question as the lines of comments."""
    lines = []
    for paragraph in _paragraphs(question, number, language):
        for line in _wrapped(paragraph):
            lines.append("  " + _comment(line))
    return lines


def _paragraphs(question: Shown, number: str, language: Language) -> list[str]:
    """Return the instruction, the prompt, the code and the options."""
    instruction = " ".join(_instruction(question).lines(language))
    paragraphs = [f"{number}  {question.id}  {instruction}"]
    paragraphs += question.prompt.lines(language)
    if question.code:
        for line in question.code.rstrip().splitlines():
            paragraphs.append(f"    {line}")
    for letter, option in question.options.items():
        label = " / ".join(option.lines(language))
        paragraphs.append(f"  {letter}  {label}")
    return paragraphs


def _instruction(question: Shown) -> Text:
    instruction = KINDS[question.kind].instruction
    if not question.units:
        return instruction
    names = ", ".join(question.units)
    return instruction + Text(f" With its unit: {names}.", f"带单位：{names}。")


def _wrapped(paragraph: str) -> list[str]:
    """Return the paragraph's lines, long ones wrapped and indented like its beginning."""
    indent = " " * (len(paragraph) - len(paragraph.lstrip()))
    wrapped = []
    for line in paragraph.splitlines():
        parts = textwrap.wrap(line, WIDTH, subsequent_indent=indent, replace_whitespace=False)
        wrapped += parts or [""]
    return wrapped


def _comment(line: str) -> str:
    return f"# {line}".rstrip()


def _pair(name: str, entry: Entry | None) -> str:
    """Return a question's entry in a form that is read back as the same entry."""
    if entry is None or entry.is_blank:
        return f"  {name}:"
    if entry.items is not None:
        return f"  {name}: [{', '.join(map(_scalar, entry.items))}]"
    if "\n" in entry.text:
        return textwrap.indent(_block(name, entry.text), "  ", lambda line: line != "\n").rstrip("\n")
    return f"  {name}: {_scalar(entry.text)}"


def _scalar(text: str) -> str:
    """Return the text as YAML on one line, without quotes if it is certain to be read as the same text."""
    has_safe_ends = text[:1].isalnum() and not text.endswith(" ")
    has_safe_characters = all(character.isalnum() or character in " .+-/%()" for character in text)
    if has_safe_ends and has_safe_characters:
        return text
    dumped: str = yaml.dump(text, Dumper=yaml.CSafeDumper, default_style='"', allow_unicode=True, width=1 << 30)
    return dumped.rstrip("\n")


def _block(name: str, text: str) -> str:
    """Return the name and its text, the text on lines of its own if YAML allows it."""
    dumped: str = yaml.dump({name: text}, Dumper=_Blocks, allow_unicode=True, width=1 << 30)
    return dumped


class _Blocks(yaml.SafeDumper):
    """A dumper that writes texts of several lines as blocks."""


def _as_block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _as_block)
