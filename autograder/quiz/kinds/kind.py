"""The interface of a kind of question."""

from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from typing import Generic, TypeVar

import msgspec

from ...text import NOTHING, Text
from ..answers import Entry
from ..exchange.item import AnyItem
from ..key import Key
from ..question import Question
from ..variant import Variant
from .items import ItemReader, ItemWriter
from .written import Complaint

QuestionT = TypeVar("QuestionT", bound=Question)
KeyT = TypeVar("KeyT", bound=Key)
AnswerT = TypeVar("AnswerT")


class Input(Enum):
    """The way in which a terminal or a notebook asks for an answer. widget.js knows them by these values."""

    ONE_OPTION = "one_option"
    SEVERAL_OPTIONS = "several_options"
    ALL_IN_ORDER = "all_in_order"
    TRUE_OR_FALSE = "true_or_false"
    LINE = "line"
    LINES = "lines"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The share of the points that an answer earns, and the replies to it."""

    share: float  # 0 to 1
    reply: Text = NOTHING  # to the answer
    left_out: Text = NOTHING  # to right options that were not chosen: it gives them away
    is_incomplete: bool = False  # right options were not chosen


RIGHT = Judgement(share=1.0)
WRONG = Judgement(share=0.0)


class Kind(Generic[QuestionT, KeyT, AnswerT]):
    """A kind of question: everything that differs between kinds.

    A subclass defines the attributes without a value and the methods that raise NotImplementedError. The other methods
    find nothing to complain about until a subclass replaces them.
    """

    question_type: type[QuestionT]
    key_type: type[KeyT]
    input: Input
    instruction: Text  # how to answer, in answers.yaml
    terminal_hint: Text = NOTHING  # which keys to press
    notebook_instruction: Text
    notebook_example: str  # an answer as Python writes it

    @property
    def name(self) -> str:
        """Return the kind's name in quiz.yaml."""
        return str(self.question_type.__struct_config__.tag)

    # Answers

    def understand(self, question: QuestionT, letters: Collection[str], entry: Entry) -> AnswerT | Complaint:
        """Return the answer that a student wrote, or a complaint that says what to write instead.

        letters: the student's letters of the options
        entry: not blank and not refused
        """
        raise NotImplementedError

    def judge(self, variant: Variant, key: KeyT, answer: AnswerT) -> Judgement:
        """Compare an answer with the key. Raise FormulaError if a formula of the key cannot be computed.

        Replies may contain `{name}` of parameters: the caller fills them in.
        """
        raise NotImplementedError

    # Loading

    def mismatches(self, question: QuestionT, key: KeyT) -> Iterator[str]:
        """Yield what makes the key unusable for the question, such as letters that the question does not have."""
        yield from ()

    # Verification

    def replies(self, key: KeyT) -> Iterator[tuple[str, Text]]:
        """Yield each reply of the key with its name in messages, such as "reply to A"."""
        raise NotImplementedError

    def faults(self, question: QuestionT, key: KeyT) -> Iterator[str]:
        """Yield what is unfair or missing in every variant."""
        yield from ()

    def variant_faults(self, question: QuestionT, variant: Variant, key: KeyT) -> Iterator[str]:
        """Yield what is unfair in this variant, without a full stop. It is called for many variants."""
        yield from ()

    def faults_of_variants(self, variants: Sequence[Variant], key: KeyT) -> Iterator[str]:
        """Yield faults whose search is too slow for every variant: it may look at a few of them."""
        yield from ()

    def faults_of_topic(self, questions: Sequence[tuple[QuestionT, KeyT]]) -> Iterator[str]:
        """Yield what is unfair in the topic's questions of this kind together."""
        yield from ()

    # Exchange with other systems

    def to_item(self, question: QuestionT, key: KeyT, writer: ItemWriter) -> AnyItem:
        """Return the writer's variant as an item."""
        raise NotImplementedError

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[QuestionT, KeyT] | None:
        """Return the item as a question and its key, or None if the item is of another kind.

        Raise NotCarriedError if the item cannot become a question.
        """
        return None
