"""Single choice: one option is right."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from ...text import NOTHING, Text
from ..answers import Entry
from ..exchange.item import Answer, AnyItem, ChoiceItem, NotCarriedError
from ..key import Key
from ..variant import Variant, as_text, filled_text
from .items import ItemReader, ItemWriter, written_replies
from .kind import RIGHT, Input, Judgement, Kind
from .lettered import WithOptions, unknown_letters, with_letters
from .written import Complaint, read_letters, read_number

MAX_LONGEST = 0.6  # of a topic's questions, the share whose right option may be the longest
MIN_QUESTIONS = 3  # in a topic, before that share is looked at
ROUNDING = 1e-9  # relative


class SingleChoice(WithOptions, frozen=True, kw_only=True, tag="single_choice"):
    """A question with options, one of them right."""


class SingleChoiceKey(Key, frozen=True, kw_only=True):
    """The right option, and a reply to every wrong one: the belief that leads to it."""

    answer: str
    replies: dict[str, Text]


class SingleChoiceKind(Kind[SingleChoice, SingleChoiceKey, str]):
    """The kind of questions with one right option, which earns all points."""

    question_type = SingleChoice
    key_type = SingleChoiceKey
    input = Input.ONE_OPTION
    instruction = Text("One letter.", "填一个字母。")
    notebook_instruction = Text("One letter.", "选一个。")
    notebook_example = '"B"'

    def understand(self, question: SingleChoice, letters: Collection[str], entry: Entry) -> str | Complaint:
        """Read one letter."""
        chosen = read_letters(entry, letters)
        if len(chosen) == 1:
            return chosen[0]
        names = ", ".join(letters)
        return Complaint(Text(f"Answer with one of the letters {names}.", f"请只填一个字母：{names}。"))

    def judge(self, variant: Variant, key: SingleChoiceKey, answer: str) -> Judgement:
        """Compare the chosen option with the key."""
        chosen = variant.letters[answer]
        if chosen == key.answer:
            return RIGHT
        return Judgement(share=0.0, reply=key.replies.get(chosen, NOTHING))

    def mismatches(self, question: SingleChoice, key: SingleChoiceKey) -> Iterator[str]:
        """Yield a reply to the right option, and letters that are no options."""
        if key.answer in key.replies:
            yield f"{key.answer} is right and has a reply for those who are wrong."
        yield from unknown_letters([key.answer, *key.replies], question)

    def replies(self, key: SingleChoiceKey) -> Iterator[tuple[str, Text]]:
        """Yield the reply to each wrong option."""
        for letter, reply in key.replies.items():
            yield f"reply to {letter}", reply

    def faults(self, question: SingleChoice, key: SingleChoiceKey) -> Iterator[str]:
        """Yield each wrong option without a reply."""
        for letter in sorted(question.options):
            if letter != key.answer and letter not in key.replies:
                yield f"{letter} has no reply."

    def variant_faults(self, question: SingleChoice, variant: Variant, key: SingleChoiceKey) -> Iterator[str]:
        """Yield each wrong option that is the same number as the right one, written in another way."""
        numbers = _numbers_of(question, variant)
        right = numbers.pop(key.answer, None)
        if right is None:
            return
        for letter, number in numbers.items():
            if abs(number - right) <= ROUNDING * abs(right):
                yield f"{letter} is the same number as the right option"

    def faults_of_topic(self, questions: Sequence[tuple[SingleChoice, SingleChoiceKey]]) -> Iterator[str]:
        """Yield a sentence if a student could guess by length: too many right options are the longest."""
        longest = sum(_is_longest(question, key.answer) for question, key in questions)
        if len(questions) >= MIN_QUESTIONS and longest > MAX_LONGEST * len(questions):
            yield f"The right option is the longest in {longest} of {len(questions)} single-choice questions."

    def to_item(self, question: SingleChoice, key: SingleChoiceKey, writer: ItemWriter) -> ChoiceItem:
        """Return a choice in which one option earns all points."""
        options = []
        for letter, text in writer.entries().items():
            if letter == key.answer:
                options.append(Answer(text=text, share=1.0))
            else:
                reply = writer.block(key.replies.get(letter, NOTHING))
                options.append(Answer(text=text, share=0.0, reply=reply))
        return ChoiceItem(**writer.common(key), options=tuple(options), is_single=True)

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[SingleChoice, SingleChoiceKey] | None:
        """Take choices of one option."""
        if not isinstance(item, ChoiceItem) or not item.is_single:
            return None
        options = with_letters([option.text for option in item.options])
        reader.lose_partial(item.options)
        by_letter = dict(zip(options, item.options, strict=True))
        answer = _right_letter(by_letter)
        reader.lose_replies([by_letter.pop(answer)])
        replies = written_replies({letter: option.reply for letter, option in by_letter.items()})
        question = SingleChoice(**reader.question_fields(), options=options)
        key = SingleChoiceKey(answer=answer, replies=replies, **reader.key_fields())
        return question, key


def _right_letter(options: Mapping[str, Answer]) -> str:
    """Return the letter of the right option. Raise NotCarriedError if none or several are right."""
    right = [letter for letter, option in options.items() if option.share == 1]
    if len(right) != 1:
        raise NotCarriedError(f"one option gives all of the points; here {len(right)} do")
    return right[0]


def _numbers_of(question: SingleChoice, variant: Variant) -> dict[str, float]:
    """Return the options that are numbers, by letter."""
    numbers = {}
    for letter, label in question.options.items():
        text = filled_text(as_text(label), variant.values)
        number = read_number(text.en)
        if not isinstance(number, Complaint):
            numbers[letter] = number
    return numbers


def _is_longest(question: SingleChoice, answer: str) -> bool:
    lengths = {letter: len(as_text(label).en) for letter, label in question.options.items()}
    right = lengths.pop(answer)
    return right > max(lengths.values())
