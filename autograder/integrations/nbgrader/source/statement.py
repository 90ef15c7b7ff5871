"""A docstring as Markdown: prose, formulas and worked examples, in the languages asked for."""

import itertools
import re
import textwrap

from ....course.model import Topic
from ....text import Language
from .formula import latex

CHINESE = "中文："
SPECIAL = re.compile(r"([\\*_<>$\[\]|~#])")  # Markdown's markup characters
NEW_LINE = re.compile(r"[A-Za-z_]\w*(, \w+)*:\s|Returns\b|Raises\b|Not allowed\b|The traps?:")  # begins a new line
RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)]*\)")
LANGUAGES_APART = "\n---\n"  # in a guide: English above, Chinese below


def statement(docstring: str, language: Language) -> str:
    """Return the task of one exercise as Markdown."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", docstring.strip("\n")):
        paragraph = _paragraph(block, language)
        if paragraph is not None:
            paragraphs.append(paragraph)
    return "\n\n".join(paragraphs)


def _paragraph(block: str, language: Language) -> str | None:
    """Return a block of the docstring as Markdown; None if it is in another language."""
    if block.lstrip().startswith(">>>"):
        return f"```python\n{textwrap.dedent(block)}\n```"
    is_indented = all(line.startswith("    ") for line in block.split("\n"))
    if is_indented:
        return _formulas(textwrap.dedent(block))
    if block.startswith(CHINESE):
        return None if language is Language.EN else _chinese(block)
    return None if language is Language.ZH else _english(block)


def guide(topic: Topic, language: Language) -> str:
    """Return the notebook's first cell: the topic's guide. Links into other folders become text, they would be broken."""
    path = topic.exercises_folder / "README.md"
    if not path.is_file():
        return f"# {topic.name.split('_')[0]} " + " · ".join(topic.title.lines(language))
    text = RELATIVE_LINK.sub(r"\1", path.read_text(encoding="utf-8")).strip()
    heading, _, body = text.partition("\n")
    english, _, chinese = body.partition(LANGUAGES_APART)
    if language is Language.BOTH or not chinese:
        return text
    chosen = english if language is Language.EN else chinese
    return f"{heading}\n\n{chosen.strip()}"


def _formulas(block: str) -> str:
    rendered = latex(block)
    return rendered if rendered is not None else f"```text\n{block}\n```"


def _english(block: str) -> str:
    """Return an English paragraph. Parameters, results and errors each begin a new line; columns stay as code."""
    lines = block.split("\n")
    has_columns = any(line.startswith("     ") for line in lines)
    if has_columns:
        return f"```text\n{block}\n```"
    written = _escaped(lines[0])
    for before, line in itertools.pairwise(lines):
        starts_line = before.endswith((".", ";", ":")) and NEW_LINE.match(line.lstrip())
        line_break = "  \n" if starts_line else "\n"
        written += line_break + _escaped(line.strip())
    return written


def _chinese(block: str) -> str:
    """Return a Chinese paragraph. A line break becomes a space only between Latin words."""
    text = ""
    for line in block.removeprefix(CHINESE).split("\n"):
        line = line.strip()
        if text and text[-1].isascii() and line[:1].isascii():
            text += " "
        text += line
    return f"**中文**　{_escaped(text)}"


def _escaped(text: str) -> str:
    """Escape Markdown's markup characters, except in `code`."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return SPECIAL.sub(r"\\\1", text)
    for position in range(0, len(parts), 2):
        parts[position] = SPECIAL.sub(r"\\\1", parts[position])
    return "`".join(parts)
