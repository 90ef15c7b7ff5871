"""Multiple choice: one or more options are right."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence

from ...text import NOTHING, Text
from ..answers import Entry
from ..exchange.item import Answer, AnyItem, ChoiceItem, NotCarriedError
from ..key import Key
from ..variant import Variant
from .items import ItemReader, ItemWriter, written_replies
from .kind import Input, Judgement, Kind
from .lettered import WithOptions, unknown_letters, with_letters
from .written import Complaint, read_letters

Letters = tuple[str, ...]


class MultipleChoice(WithOptions, frozen=True, kw_only=True, tag="multiple_choice"):
    """A question with options, one or more of them right."""


class MultipleChoiceKey(Key, frozen=True, kw_only=True):
    """The right options, and a reply for each option: to choosing a wrong one, or to leaving out a right one."""

    answer: Letters
    replies: dict[str, Text]


class MultipleChoiceKind(Kind[MultipleChoice, MultipleChoiceKey, Letters]):
    """The kind with one or more right options. Each right one earns its share; each wrong one takes as much away."""

    question_type = MultipleChoice
    key_type = MultipleChoiceKey
    input = Input.SEVERAL_OPTIONS
    instruction = Text("All the right letters, such as [A, C].", "填所有正确选项的字母，例如 [A, C]。")
    terminal_hint = Text("Space marks, Enter ends.", "空格选择，回车确认。")
    notebook_instruction = Text("All that are right.", "选出所有正确的。")
    notebook_example = '"A, C"'

    def understand(self, question: MultipleChoice, letters: Collection[str], entry: Entry) -> Letters | Complaint:
        """Read one or more letters, each once."""
        chosen = read_letters(entry, letters)
        if chosen and len(set(chosen)) == len(chosen):
            return tuple(sorted(chosen))
        names = ", ".join(letters)
        return Complaint(
            Text(
                f"Answer with one or more of the letters {names}, each once, such as [A, C].",
                f"请填一个或多个字母（{names}），每个只写一次，例如 [A, C]。",
            )
        )

    def judge(self, variant: Variant, key: MultipleChoiceKey, answer: Letters) -> Judgement:
        """Count right and wrong options."""
        chosen = {variant.letters[letter] for letter in answer}
        right = chosen & set(key.answer)
        wrong = chosen - right
        missed = [letter for letter in key.answer if letter not in right]
        return Judgement(
            share=max(0, len(right) - len(wrong)) / len(key.answer),
            reply=_joined_replies(key, sorted(wrong)),
            left_out=_joined_replies(key, missed),
            is_incomplete=bool(missed),
        )

    def mismatches(self, question: MultipleChoice, key: MultipleChoiceKey) -> Iterator[str]:
        """Yield right options that are missing or repeated, and letters that are no options."""
        if not key.answer or len(set(key.answer)) < len(key.answer):
            yield "one or more options are right, each named once."
        yield from unknown_letters([*key.answer, *key.replies], question)

    def replies(self, key: MultipleChoiceKey) -> Iterator[tuple[str, Text]]:
        """Yield the reply to each option."""
        for letter, reply in key.replies.items():
            yield f"reply to {letter}", reply

    def faults(self, question: MultipleChoice, key: MultipleChoiceKey) -> Iterator[str]:
        """Yield each option without a reply."""
        for letter in sorted(question.options.keys() - key.replies.keys()):
            yield f"{letter} has no reply."

    def to_item(self, question: MultipleChoice, key: MultipleChoiceKey, writer: ItemWriter) -> ChoiceItem:
        """Return a choice in which right options add points and wrong ones take them away."""
        part = 1 / len(key.answer)
        options = []
        for letter, text in writer.entries().items():
            reply = writer.block(key.replies.get(letter, NOTHING))
            if letter in key.answer:
                options.append(Answer(text=text, share=part, left_out=reply))
            else:
                options.append(Answer(text=text, share=-part, reply=reply))
        return ChoiceItem(**writer.common(key), options=tuple(options), is_single=False)

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[MultipleChoice, MultipleChoiceKey] | None:
        """Take choices of several options."""
        if not isinstance(item, ChoiceItem) or item.is_single:
            return None
        options = with_letters([option.text for option in item.options])
        right: dict[str, Answer] = {}
        replies: dict[str, str] = {}
        for letter, option in zip(options, item.options, strict=True):
            replies[letter] = option.reply
            if option.share > 0:
                right[letter] = option
                replies[letter] = option.left_out
        if not right:
            raise NotCarriedError("no option gives points")
        if not _shares_are_equal(item.options, part=1 / len(right)):
            reader.lose("Every right option counts alike here, and every wrong one takes as much away")
        reader.lose_replies(right.values())
        question = MultipleChoice(**reader.question_fields(), options=options)
        key = MultipleChoiceKey(
            answer=tuple(right),
            replies=written_replies(replies),
            **reader.key_fields(),
        )
        return question, key


def _joined_replies(key: MultipleChoiceKey, letters: Iterable[str]) -> Text:
    replies = [key.replies[letter] for letter in letters if letter in key.replies]
    return Text(" ".join(reply.en for reply in replies), "".join(reply.zh for reply in replies))


def _shares_are_equal(options: Sequence[Answer], part: float) -> bool:
    return all(math.isclose(abs(option.share), part, abs_tol=1e-6) for option in options)
