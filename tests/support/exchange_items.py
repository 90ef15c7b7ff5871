"""The real course's questions as items of exchange, and how to compare two items."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
from bs4 import BeautifulSoup
from markdown_it.common.utils import escapeHtml
from small_course import ROOT

from autograder.course.model import Topic, load_course
from autograder.quiz.exchange.incoming import fresh_ids, questions_of, write_quiz
from autograder.quiz.exchange.item import AnyItem, Category, Losses, WordItem
from autograder.quiz.exchange.markup import NO_MATHS, PARTED, to_html, to_markdown
from autograder.quiz.exchange.outgoing import categories, item_of
from autograder.quiz.load import load_keys, load_quiz
from autograder.quiz.variant import draw
from autograder.text import Language

COURSE = load_course(ROOT)
SPECIAL = "\\~=#{}:*_`$<>&[]()!|-+.,1a \"'%/;?^@é中"


def real_categories(language: Language, losses: Losses, variants: int = 1) -> list[Category]:
    topics = [topic for topic in COURSE.topics if topic.quiz_points]
    return list(categories(COURSE, topics, language=language, variants=variants, losses=losses))


def items_of(found: Iterable[Category]) -> list[AnyItem]:
    return [item for category in found for item in category.items]


def outputs_of_several_lines(items: Iterable[AnyItem]) -> list[str]:
    return [item.name for item in items if isinstance(item, WordItem) and "\n" in item.answers[0].text]


def through_yaml(items: Iterable[AnyItem], folder: Path, losses: Losses) -> list[AnyItem]:
    """Write the items as the files of a quiz, read the files, and return the exported items."""
    write_quiz(questions_of(items, fresh_ids("q99", ["q99_07", "q10_55"]), losses), folder)
    topic: Topic = msgspec.structs.replace(COURSE.topics[0], exercises_folder=folder, solutions_folder=folder)
    quiz = load_quiz(topic)
    keys = load_keys(topic, quiz)
    assert quiz.questions[0].id == "q99_08"
    return [
        item_of(draw(question, key="", student="a"), keys[question.id], Language.EN, question.id, Losses())
        for question in quiz.questions
    ]


def showing(plain: str) -> str:
    """Return Markdown that shows every character of the text, so that nothing in it becomes maths."""
    return to_markdown(f"<p>{NO_MATHS.sub(PARTED, escapeHtml(plain))}</p>") if plain else ""


def shown(markdown: str) -> str:
    """Return the HTML that a reader sees, with each run of white space as one space."""
    soup = BeautifulSoup(to_html(markdown), "html.parser")
    for text in soup.find_all(string=True):
        if not text.find_parent("pre"):
            text.replace_with(re.sub(r"\s+", " ", text))
    return str(soup)


def comparable(item: AnyItem) -> object:
    """Return what must be the same after a round trip. The importer may choose name and tags."""

    def plain(value: object, name: str = "") -> object:
        if isinstance(value, msgspec.Struct):
            fields = {field: plain(getattr(value, field), field) for field in value.__struct_fields__}
            return {field: one for field, one in fields.items() if field not in ("name", "tags")}
        if isinstance(value, tuple):
            return [plain(one, name) for one in value]
        if isinstance(value, float):
            return float(f"{value:.6g}")
        return shown(value) if isinstance(value, str) else value

    return [type(item).__name__, plain(item), [tag for tag in item.tags if tag.startswith("difficulty")]]
