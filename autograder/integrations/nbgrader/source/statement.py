"""A docstring as Markdown: prose, formulas and worked examples, in the languages asked for."""

import itertools
import re
import textwrap

from ....course.model import Topic
from ....text import Language
from .formula import latex

CHINESE = "中文："
SPECIAL = re.compile(r"([\\*_<>$\[\]|~#])")  # what Markdown would take for markup
NEW_LINE = re.compile(
    r"[A-Za-z_]\w*(, \w+)*:\s|Returns\b|Raises\b|Not allowed\b|The traps?:"
)  # stands at a line's head
RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)]*\)")
LANGUAGES_APART = "\n---\n"  # in a guide: English above, Chinese below


def statement(docstring: str, language: Language) -> str:
    """The task of one exercise."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", docstring.strip("\n")):
        is_chinese = block.startswith(CHINESE)
        if block.lstrip().startswith(">>>"):
            paragraphs.append(f"```python\n{textwrap.dedent(block)}\n```")
        elif all(line.startswith("    ") for line in block.split("\n")):
            paragraphs.append(_formulas(textwrap.dedent(block)))
        elif language is Language.BOTH or is_chinese == (language is Language.ZH):
            paragraphs.append(_chinese(block) if is_chinese else _prose(block))
    return "\n\n".join(paragraphs)


def guide(topic: Topic, language: Language) -> str:
    """The notebook's first cell: the topic's guide; links to other folders lead nowhere from here and are text."""
    path = topic.exercises_folder / "README.md"
    if not path.is_file():
        return f"# {topic.name.split('_')[0]} " + " · ".join(topic.title.lines(language))
    text = RELATIVE_LINK.sub(r"\1", path.read_text(encoding="utf-8")).strip()
    heading, _, body = text.partition("\n")
    english, _, chinese = body.partition(LANGUAGES_APART)
    if language is Language.BOTH or not chinese:
        return text
    return f"{heading}\n\n{(english if language is Language.EN else chinese).strip()}"


def _formulas(block: str) -> str:
    rendered = latex(block)
    return rendered if rendered is not None else f"```text\n{block}\n```"


def _prose(block: str) -> str:
    """Parameters, results and errors each begin on a line of their own; indented lines stay as they stand."""
    lines = block.split("\n")
    if any(line.startswith("     ") for line in lines):  # columns
        return f"```text\n{block}\n```"
    written = _escaped(lines[0])
    for before, line in itertools.pairwise(lines):
        is_new = before.endswith((".", ";", ":")) and NEW_LINE.match(line.lstrip())
        written += ("  \n" if is_new else "\n") + _escaped(line.strip())
    return written


def _chinese(block: str) -> str:
    """Chinese needs no spaces where a line was broken; Latin words do."""
    text = ""
    for line in block.removeprefix(CHINESE).split("\n"):
        line = line.strip()
        needs_space = text[-1:].isascii() and line[:1].isascii() and text
        text += (" " if needs_space else "") + line
    return f"**中文**　{_escaped(text)}"


def _escaped(text: str) -> str:
    """Markup characters as themselves, except in `code`."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return SPECIAL.sub(r"\\\1", text)
    return "`".join(part if position % 2 else SPECIAL.sub(r"\\\1", part) for position, part in enumerate(parts))
