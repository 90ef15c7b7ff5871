"""Order: steps to put in order."""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import msgspec

from ...text import NOTHING, Text
from ..answers import Entry
from ..exchange.item import AnyItem, NotCarriedError, OrderItem
from ..key import Key
from ..question import Label, Question
from ..variant import Variant
from .items import ItemReader, ItemWriter
from .kind import RIGHT, Input, Judgement, Kind
from .lettered import check_letters, unknown_letters, with_letters
from .written import Complaint, read_letters

Steps = tuple[str, ...]


class Order(Question, frozen=True, kw_only=True, tag="order"):
    """A question with steps to put in order."""

    steps: dict[str, Label]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_letters(self.id, self.steps)

    @property
    def entries(self) -> dict[str, Label]:
        """Return the steps."""
        return self.steps


class WrongPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two steps that students put the wrong way round: `first` before `then`; and the reply to it."""

    first: str
    then: str
    en: str
    zh: str

    @property
    def reply(self) -> Text:
        """Return the reply as one text."""
        return Text(self.en, self.zh)

    def is_in(self, steps: Sequence[str]) -> bool:
        """Return whether the steps are in this order."""
        return steps.index(self.first) < steps.index(self.then)


class OrderKey(Key, frozen=True, kw_only=True):
    """The right orders, one or more; the first is the one that is shown."""

    accepted: tuple[Steps, ...]
    replies: tuple[WrongPair, ...] = ()


class OrderKind(Kind[Order, OrderKey, Steps]):
    """The kind of questions for an order. Each pair of steps in the right order counts; half of the pairs earn nothing."""

    question_type = Order
    key_type = OrderKey
    input = Input.ALL_IN_ORDER
    instruction = Text(
        "All the letters, the first step first, such as [B, A, C].", "按先后顺序填所有字母，例如 [B, A, C]。"
    )
    terminal_hint = Text("Which step comes next?", "下一步是哪个？")
    notebook_instruction = Text("All letters, the first step first.", "按先后顺序写出所有字母。")
    notebook_example = '"B, A, C"'

    def understand(self, question: Order, letters: Collection[str], entry: Entry) -> Steps | Complaint:
        """Read every letter once."""
        steps = read_letters(entry, letters)
        if sorted(steps) == sorted(letters):
            return tuple(steps)
        names = ", ".join(letters)
        return Complaint(
            Text(
                f"Write each of the letters {names} once, the first step first, such as [{names}].",
                f"请把字母 {names} 各写一次，第一步写在最前，例如 [{names}]。",
            )
        )

    def judge(self, variant: Variant, key: OrderKey, answer: Steps) -> Judgement:
        """Compare the answer with the accepted order that fits best."""
        steps = tuple(variant.letters[letter] for letter in answer)
        if steps in key.accepted:
            return RIGHT
        best = max(_share_of_pairs(steps, order) for order in key.accepted)
        return Judgement(share=max(0.0, 2 * best - 1), reply=_reply_to(steps, key.replies))

    def mismatches(self, question: Order, key: OrderKey) -> Iterator[str]:
        """Yield orders that are not made of the question's steps, and letters that are no steps."""
        letters = sorted(question.steps)
        if not key.accepted or any(sorted(order) != letters for order in key.accepted):
            yield "an accepted order has every step once."
        named = [pair.first for pair in key.replies] + [pair.then for pair in key.replies]
        yield from unknown_letters(named, question)

    def replies(self, key: OrderKey) -> Iterator[tuple[str, Text]]:
        """Yield the reply to each wrong pair."""
        for pair in key.replies:
            yield f"reply to {pair.first} before {pair.then}", pair.reply

    def faults(self, question: Order, key: OrderKey) -> Iterator[str]:
        """Yield each wrong pair that an accepted order contains."""
        for pair in key.replies:
            if any(pair.is_in(order) for order in key.accepted):
                yield f"{pair.first} before {pair.then} is right and wrong."

    def to_item(self, question: Order, key: OrderKey, writer: ItemWriter) -> OrderItem:
        """Return the steps in each accepted order."""
        if key.replies:
            writer.lose("No format has replies to steps in the wrong order")
        texts = writer.entries()
        accepted = []
        for order in key.accepted:
            accepted.append(tuple(texts[letter] for letter in order))
        return OrderItem(**writer.common(key), accepted=tuple(accepted))

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[Order, OrderKey] | None:
        """Take orders. Letters follow the alphabet of the steps' texts: letters in the right order would reveal it."""
        if not isinstance(item, OrderItem):
            return None
        texts = sorted(item.accepted[0])
        if len(set(texts)) < len(texts):
            raise NotCarriedError("two of its steps read the same")
        steps = with_letters(texts)
        letter_of = dict(zip(texts, steps, strict=True))
        accepted = []
        for order in item.accepted:
            accepted.append(tuple(letter_of[text] for text in order))
        question = Order(**reader.question_fields(), steps=steps)
        key = OrderKey(accepted=tuple(accepted), **reader.key_fields())
        return question, key


def _share_of_pairs(steps: Steps, order: Steps) -> float:
    """Return the share of all pairs of steps that are in the same order in both."""
    place = {step: number for number, step in enumerate(steps)}
    pairs = list(combinations(order, 2))
    kept = sum(place[first] < place[then] for first, then in pairs)
    return kept / len(pairs)


def _reply_to(steps: Steps, pairs: Sequence[WrongPair]) -> Text:
    """Return the reply to the first wrong pair that the steps contain."""
    for pair in pairs:
        if pair.is_in(steps):
            return pair.reply
    return NOTHING
