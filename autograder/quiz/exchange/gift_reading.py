"""Reads GIFT into items. Each question is parsed on its own, so that a fault in one costs no other."""

import functools
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from ...errors import UsageError
from .item import (
    Answer,
    AnyItem,
    ChoiceItem,
    Losses,
    NotCarriedError,
    Number,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
)
from .reading import (
    MAX_QUESTIONS,
    as_markdown,
    not_a_number,
    refuse_large,
    refuse_many,
    steps_in_order,
    too_many_questions,
    typed_answer,
)

MAX_BLOCK = 200_000  # characters of one question
FORMAT = re.compile(r"\[(html|markdown|plain|moodle)\]")
ESCAPED = re.compile(r"\\([\\~=#{}:n])")
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
WITHIN = re.compile(rf"({NUMBER})(?:\s*:\s*({NUMBER}))?")  # 3:0.1
MAX_NUMBERS = 200  # characters of an answer that is a number, with its tolerance
BETWEEN = re.compile(rf"({NUMBER}?)\s*\.\.\s*({NUMBER})")  # 2.9..3.1
MAX_TAG_LINE = 2000  # characters
TAG = re.compile(r"\[tag:([^\x00-\x1f\x7f]+?)\]")
GAP = " \\_\\_\\_\\_\\_ "
CATEGORY = "$CATEGORY:"
ARROW = "->"


class Block(msgspec.Struct, frozen=True):
    """The lines of one question."""

    line: int  # of the file, where the question begins
    text: str
    tags: tuple[str, ...]


def read_gift(data: bytes, file: str, losses: Losses) -> Iterator[AnyItem]:
    """Yield the file's questions in order. Raise UsageError if the file cannot be read at all."""
    for number, block in enumerate(_blocks(_decoded(data, file)), 1):
        if number > MAX_QUESTIONS:
            raise too_many_questions(file)
        name = f"line {block.line}"
        try:
            tree = _parsed(block)
            name = _title(tree) or name
            yield _GiftQuestion(tree, block.tags, name, losses).item()
        except UnexpectedInput as error:
            line = block.line + max(error.line, 1) - 1
            losses.leave_out("it is not valid GIFT", f"line {line}, column {max(error.column, 1)}")
        except (NotCarriedError, ValueError) as reason:
            losses.leave_out(reason, name)


def _decoded(data: bytes, file: str) -> str:
    refuse_large(data, file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}, line {line}: this is not UTF-8.", fix="Save the file as UTF-8.") from None
    if "\0" in text:
        raise UsageError(f"{file} is not a text file: it contains zero bytes.")
    return text


def _blocks(text: str) -> Iterator[Block]:
    """Yield the questions, which empty lines separate. Comments give only tags."""
    lines: list[str] = []
    start, tags = 1, []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            tags += TAG.findall(bare[:MAX_TAG_LINE])
            if lines:
                lines.append(" ")  # keeps the numbers of the lines below
        elif bare.startswith(CATEGORY) and not lines:
            tags = []
        elif bare:
            if not lines:
                start = number
            lines.append(line)
        elif lines:
            yield Block(start, "\n".join(lines).strip(), tuple(tags))
            lines, tags = [], []


def _parsed(block: Block) -> Tree[Token]:
    if len(block.text) > MAX_BLOCK:
        raise NotCarriedError(f"it has more than {MAX_BLOCK} characters")
    return _grammar().parse(block.text)


@functools.cache
def _grammar() -> Lark:
    return Lark.open("gift.lark", rel_to=__file__, parser="lalr", propagate_positions=False)


def _title(tree: Tree[Token]) -> str:
    """Return the title between the colons of ::title::, or an empty text."""
    return _unescaped(_token(tree, "TITLE")[2:-2])


class _GiftQuestion:
    """The parsed text of one question."""

    def __init__(self, tree: Tree[Token], tags: tuple[str, ...], name: str, losses: Losses) -> None:
        self.tree = tree
        self.tags = tags
        self.name = name
        self.losses = losses
        self.format = "moodle"  # of all texts that name no other

    def item(self) -> AnyItem:
        """Return the question as an item. Raise NotCarriedError if it cannot be one."""
        prompt = self._prompt()
        answers = _tree(self.tree, "answers")
        if answers is None:
            raise NotCarriedError("it is a description: nothing is asked")
        common: dict[str, Any] = {
            "name": self.name,
            "prompt": prompt,
            "explanation": self._text_below(answers, "general"),
            "tags": self.tags,
        }
        for body in _trees(answers):
            if body.data == "truth":
                return self._truth(body, common)
            if body.data == "numbers":
                return NumberItem(**common, answers=tuple(self._numbers(body)))
            if body.data == "bare":
                return WordItem(**common, answers=tuple(self._words([body])))
            if body.data == "choices":
                return self._choices(_trees(body), common)
        raise NotCarriedError("essay questions are not supported")

    def _prompt(self) -> str:
        """Return the question's text, with a gap if it goes on after the answers."""
        prompt = ""
        parts = self.tree.children
        for part in parts:
            if isinstance(part, Token):
                if part.type == "STEM":
                    prompt += self._stem(part)
            elif part is not parts[-1]:
                prompt += GAP
        if not prompt.strip():
            raise NotCarriedError("it has no text")
        return prompt.strip()

    def _stem(self, raw: str) -> str:
        """Return a part of the question's text. Its format becomes that of all other texts."""
        match = FORMAT.match(raw)
        if match:
            self.format = match[1]
        return self._text(raw)

    def _truth(self, body: Tree[Token], common: dict[str, Any]) -> TruthItem:
        replies = [self._text(_token(reply, "TEXT")) for reply in _trees(body)]
        reply, reply_right = [*replies, "", ""][:2]
        is_true = _token(body, "TRUTH").startswith("T")
        return TruthItem(**common, is_true=is_true, reply=reply, reply_right=reply_right)

    def _choices(self, choices: list[Tree[Token]], common: dict[str, Any]) -> AnyItem:
        """Return a choice, an order or a word: GIFT writes them alike."""
        refuse_many(len(choices))
        if _have(choices, "WRONG"):
            return self._choice(choices, common)
        texts = [_token(choice, "TEXT") for choice in choices]
        if all(ARROW in text for text in texts):
            return self._order(texts, common)
        return WordItem(**common, answers=tuple(self._words(choices)))

    def _choice(self, choices: list[Tree[Token]], common: dict[str, Any]) -> ChoiceItem:
        options = [self._option(choice) for choice in choices]
        is_single = _have(choices, "RIGHT")
        return ChoiceItem(**common, options=tuple(options), is_single=is_single)

    def _order(self, texts: list[str], common: dict[str, Any]) -> OrderItem:
        """Return the steps of texts such as "step -> 1"."""
        pairs = []
        for text in texts:
            left, _, right = text.partition(ARROW)
            pairs.append((self._text(left), _unescaped(right)))
        return OrderItem(**common, accepted=(steps_in_order(pairs),))

    def _option(self, choice: Tree[Token]) -> Answer:
        default = 1.0 if _token(choice, "RIGHT") else 0.0
        return Answer(
            text=self._text(_token(choice, "TEXT")),
            share=_share(choice, default),
            reply=self._text_below(choice, "reply"),
        )

    def _words(self, choices: list[Tree[Token]]) -> Iterator[Answer]:
        for choice in choices:
            text = typed_answer(_unescaped(_token(choice, "TEXT")), self.name, self.losses)
            if text:
                yield Answer(text=text, share=_share(choice, 1.0), reply=self._text_below(choice, "reply"))

    def _numbers(self, body: Tree[Token]) -> Iterator[Number]:
        choices = [part for part in _trees(body) if part.data == "choice"]
        refuse_many(len(choices))
        for choice in choices or [body]:
            default = 0.0 if _token(choice, "WRONG") else 1.0
            value, tolerance = _value_and_tolerance(_unescaped(_token(choice, "TEXT") or "*"))
            reply = self._text_below(choice, "reply")
            yield Number(value=value, tolerance=tolerance, share=_share(choice, default), reply=reply)

    def _text_below(self, tree: Tree[Token], kind: str) -> str:
        """Return the text of the subtree of that kind; an empty text if there is none."""
        subtree = _tree(tree, kind)
        return self._text(_token(subtree, "TEXT")) if subtree is not None else ""

    def _text(self, raw: str) -> str:
        """Return a text of the file as Markdown."""
        match = FORMAT.match(raw)
        if match is None:
            return as_markdown(_unescaped(raw), self.format, self.name, self.losses)
        return as_markdown(_unescaped(raw[match.end() :]), match[1], self.name, self.losses)


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [part for part in tree.children if isinstance(part, Tree)]


def _tree(tree: Tree[Token], kind: str) -> Tree[Token] | None:
    """Return the first subtree of that kind."""
    for part in _trees(tree):
        if part.data == kind:
            return part
    return None


def _token(tree: Tree[Token], kind: str) -> str:
    """Return the first token of that kind; an empty text if there is none."""
    for part in tree.children:
        if isinstance(part, Token) and part.type == kind:
            return str(part)
    return ""


def _have(choices: list[Tree[Token]], kind: str) -> bool:
    return any(_token(choice, kind) for choice in choices)


def _share(choice: Tree[Token], default: float) -> float:
    weight = _token(choice, "WEIGHT")
    return float(weight.strip("%")) / 100 if weight else default


def _unescaped(raw: str) -> str:
    return ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], raw).strip()


def _value_and_tolerance(text: str) -> tuple[float | None, float]:
    """Return what 3, 3:0.1, 2.9..3.1 or * stands for. Raise NotCarriedError for anything else."""
    if text == "*":
        return None, 0.0
    if len(text) > MAX_NUMBERS:
        raise not_a_number(text)
    within = WITHIN.fullmatch(text)
    between = BETWEEN.fullmatch(text)
    if within:
        value = float(within[1])
        tolerance = float(within[2] or 0)
    elif between:
        low = float(between[1])
        high = float(between[2])
        value = (low + high) / 2
        tolerance = (high - low) / 2
    else:
        raise not_a_number(text)
    if not math.isfinite(value + tolerance) or tolerance < 0:
        raise not_a_number(text)
    return value, tolerance
