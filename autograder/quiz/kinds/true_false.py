"""True or false: a statement."""

from collections.abc import Collection, Iterator

from ...text import Text
from ..answers import Entry
from ..exchange.item import AnyItem, TruthItem
from ..key import Key
from ..question import Question
from ..variant import Variant
from .items import REPLY_TO_RIGHT, ItemReader, ItemWriter, in_both_languages
from .kind import RIGHT, Input, Judgement, Kind
from .written import Complaint, narrow

TRUE = {"true", "t", "yes", "y", "对", "是", "正确", "真", "√", "✓"}
FALSE = {"false", "f", "no", "n", "错", "否", "错误", "假", "×", "✗", "不对", "不是", "不正确"}


class TrueFalse(Question, frozen=True, kw_only=True, tag="true_false"):
    """A statement."""


class TrueFalseKey(Key, frozen=True, kw_only=True):
    """The answer, and one reply to the other answer."""

    answer: bool
    reply: Text


class TrueFalseKind(Kind[TrueFalse, TrueFalseKey, bool]):
    """The kind of statements that are true or false. The right answer earns all points."""

    question_type = TrueFalse
    key_type = TrueFalseKey
    input = Input.TRUE_OR_FALSE
    instruction = Text("true or false.", "填 true 或 false。")
    notebook_instruction = Text("True or false.", "判断对错。")
    notebook_example = "True"

    def understand(self, question: TrueFalse, letters: Collection[str], entry: Entry) -> bool | Complaint:
        """Read true or false, in many spellings."""
        word = narrow(entry.text).strip(" .。!！\n[]").casefold()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        return Complaint(Text("Answer with true or false.", "请填 true 或 false（对或错）。"))

    def judge(self, variant: Variant, key: TrueFalseKey, answer: bool) -> Judgement:
        """Compare the answer with the key."""
        return RIGHT if answer is key.answer else Judgement(share=0.0, reply=key.reply)

    def replies(self, key: TrueFalseKey) -> Iterator[tuple[str, Text]]:
        """Yield the one reply."""
        yield "reply", key.reply

    def to_item(self, question: TrueFalse, key: TrueFalseKey, writer: ItemWriter) -> TruthItem:
        """Return a statement."""
        return TruthItem(**writer.common(key), is_true=key.answer, reply=writer.block(key.reply))

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[TrueFalse, TrueFalseKey] | None:
        """Take statements."""
        if not isinstance(item, TruthItem):
            return None
        if item.reply_right:
            reader.lose(REPLY_TO_RIGHT)
        key = TrueFalseKey(answer=item.is_true, reply=in_both_languages(item.reply), **reader.key_fields())
        return TrueFalse(**reader.question_fields()), key
