"""Short text: a word or two."""

import string
import unicodedata

from ...text import Text
from ..exchange.item import AnyItem, NotCarriedError, WordItem
from ..key import WrongAnswer
from ..question import Question
from .items import ItemReader, ItemWriter
from .kind import Input
from .typed_text import TextKey, TextKind, read_texts

OUTER = string.punctuation + string.whitespace + "。，、；：？！“”‘’「」『』《》（）【】…·"


class ShortText(Question, frozen=True, kw_only=True, tag="short_text"):
    """A question that is answered by a word or two."""


class ShortTextKey(TextKey, frozen=True, kw_only=True):
    """The right words, one or more spellings."""

    accepted: tuple[str, ...]
    replies: tuple[WrongAnswer[str], ...] = ()

    @property
    def right_texts(self) -> tuple[str, ...]:
        """Return all spellings."""
        return self.accepted

    @property
    def wrong_texts(self) -> tuple[WrongAnswer[str], ...]:
        """Return the wrong words that have a reply."""
        return self.replies


class ShortTextKind(TextKind[ShortText, ShortTextKey]):
    """The kind answered by a word or two. Case, width, outer punctuation and extra spaces do not count."""

    question_type = ShortText
    key_type = ShortTextKey
    input = Input.LINE
    instruction = Text("A word or two.", "填一两个词。")
    notebook_instruction = Text("A word or two.", "填一两个词。")
    notebook_example = '"…"'

    def comparable(self, text: str) -> str:
        """Return the words in lower case and usual width, with single spaces."""
        words = unicodedata.normalize("NFKC", text).casefold().strip(OUTER)
        return " ".join(words.split())

    def to_item(self, question: ShortText, key: ShortTextKey, writer: ItemWriter) -> WordItem:
        """Return a text that is typed in, in capital or small letters."""
        return WordItem(**writer.common(key), answers=self.answers_of(key, writer), minds_case=False)

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[ShortText, ShortTextKey] | None:
        """Take texts that are typed in."""
        if not isinstance(item, WordItem):
            return None
        accepted, replies = read_texts(item, reader)
        if item.minds_case:
            reader.lose("Capital and small letters count alike here")
        if not all(self.comparable(text) for text in accepted):
            raise NotCarriedError("an answer is made of punctuation alone, which does not count here")
        question = ShortText(**reader.question_fields())
        key = ShortTextKey(accepted=accepted, replies=replies, **reader.key_fields())
        return question, key
