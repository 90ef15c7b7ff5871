"""Helpers for the tests of question exchange: the real course's questions, and a comparison of two items."""

import re
from collections.abc import Callable, Iterable, Sequence
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


class Export:
    """The real course in one language, exported by an encoder."""

    def __init__(self, encode: Callable[[Sequence[Category], Losses], bytes], language: Language) -> None:
        self.losses = Losses()
        self.language = language
        self.categories = real_categories(language, self.losses)
        self.data = encode(self.categories, self.losses)
        self.left_out = left_out_names(self.losses)
        self.items = [item for item in items_of(self.categories) if item.name not in self.left_out]


def left_out_names(losses: Losses) -> set[str]:
    left_out = set()
    for reason, names in losses.names.items():
        if reason.startswith("Left out"):
            left_out.update(names)
    return left_out


def assert_comes_back(back: Sequence[AnyItem], items: Sequence[AnyItem], folder: Path) -> None:
    """The items read from an export equal the exported ones, also after a way through our own files."""
    assert [comparable(item) for item in back] == [comparable(item) for item in items]
    assert [item.name for item in back] == [item.name for item in items]
    losses = Losses()
    again = through_yaml(back, folder, losses)
    assert losses.names == {}
    assert [comparable(item) for item in again] == [comparable(item) for item in items]


def items_of(found: Iterable[Category]) -> list[AnyItem]:
    return [item for category in found for item in category.items]


def outputs_of_several_lines(items: Iterable[AnyItem]) -> list[str]:
    return [item.name for item in items if isinstance(item, WordItem) and "\n" in item.answers[0].text]


def through_yaml(items: Iterable[AnyItem], folder: Path, losses: Losses) -> list[AnyItem]:
    """Write the items to files of an imported quiz, load that quiz, and return its questions as items."""
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
    """Return Markdown that shows every character of the text. What looks like maths stays text."""
    return to_markdown(f"<p>{NO_MATHS.sub(PARTED, escapeHtml(plain))}</p>") if plain else ""


def shown(markdown: str) -> str:
    """Return the HTML that a reader sees, with one space for all white space that a browser collapses."""
    soup = BeautifulSoup(to_html(markdown), "html.parser")
    for text in soup.find_all(string=True):
        if not text.find_parent("pre"):
            text.replace_with(re.sub(r"\s+", " ", text))
    return str(soup)


def comparable(item: AnyItem) -> object:
    """Return what must be the same after a round trip: everything but the name and the exercise's tag."""

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
