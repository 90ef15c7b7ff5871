"""A course's questions as items. An item is drawn from the course's key and the item's number: always the same item."""

from collections.abc import Iterable, Iterator

from ...course.model import Course, Topic
from ...text import Language
from ..key import Key
from ..kinds import kind_of
from ..kinds.items import ItemWriter, on_one_line
from ..load import load_keys, load_quiz
from ..question import Question, Value
from ..variant import Variant, draw
from .item import AnyItem, Category, Losses

DRAWS_PER_ITEM = 10  # tries for a variant that differs from those before


def categories(
    course: Course, topics: Iterable[Topic], *, language: Language, variants: int, losses: Losses
) -> Iterator[Category]:
    """Yield a category for each topic's fixed questions, then one for each question with parameters."""
    for topic in topics:
        quiz = load_quiz(topic)
        keys = load_keys(topic, quiz)
        topic_number = topic.name.split("_")[0]
        path = (on_one_line(course.title, language), f"{topic_number} {on_one_line(topic.title, language)}")
        fixed: list[AnyItem] = []
        drawn: list[Category] = []
        for question in quiz.questions:
            items = list(_items(course, question, keys[question.id], language, variants, losses))
            if question.parameters:
                drawn.append(Category(path=(*path, question.id), items=tuple(items), is_variants=True))
            else:
                fixed += items
        if fixed:
            yield Category(path=path, items=tuple(fixed))
        yield from drawn


def item_of(variant: Variant, key: Key, language: Language, name: str, losses: Losses) -> AnyItem:
    """Return the variant with its key as an item in that language."""
    writer = ItemWriter(variant, language, name, losses)
    return kind_of(variant.question).to_item(variant.question, key, writer)


def _items(
    course: Course, question: Question, key: Key, language: Language, count: int, losses: Losses
) -> Iterator[AnyItem]:
    for number, variant in enumerate(_variants(course, question, count), 1):
        name = f"{question.id} {number:02}" if question.parameters else question.id
        yield item_of(variant, key, language, name, losses)


def _variants(course: Course, question: Question, count: int) -> list[Variant]:
    """Return `count` different variants, or fewer if there are fewer; a question without parameters has one."""
    draws = count * DRAWS_PER_ITEM if question.parameters else 1
    variants: list[Variant] = []
    seen: list[dict[str, Value]] = []
    for number in range(1, draws + 1):
        variant = draw(question, key=course.quiz.key, student=f"item {number}")
        if variant.values not in seen:
            variants.append(variant)
            seen.append(variant.values)
        if len(variants) == count:
            break
    return variants
