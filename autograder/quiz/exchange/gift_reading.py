"""GIFT as items. Each question is parsed by itself, so that a fault in one costs no other."""

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
    LEFT_OUT,
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
    in_order,
    unstarred,
)
from .markup import from_format, has_images

MAX_BYTES = 32 << 20
MAX_BLOCK = 200_000  # characters of one question
FORMAT = re.compile(r"\[(html|markdown|plain|moodle)\]")
ESCAPED = re.compile(r"\\([\\~=#{}:n])")
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
WITHIN = re.compile(rf"({NUMBER})(?:\s*:\s*({NUMBER}))?")
BETWEEN = re.compile(rf"({NUMBER}?)\s*\.\.\s*({NUMBER})")
TAG = re.compile(r"\[tag:([^\x00-\x1f\x7f]+?)\]")
GAP = " \\_\\_\\_\\_\\_ "
CATEGORY = "$CATEGORY:"


class Block(msgspec.Struct, frozen=True):
    """The lines of one question."""

    line: int
    text: str
    tags: tuple[str, ...]


def read_gift(data: bytes, file: str, losses: Losses) -> Iterator[AnyItem]:
    """The file's questions, in order. Raises UsageError where it cannot be read at all."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES >> 20} MiB.", fix="Export the questions in parts.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}, line {line}: this is not UTF-8.", fix="Save the file as UTF-8.") from None
    if "\0" in text:
        raise UsageError(f"{file} is no text: it holds zero bytes.")
    for block in _blocks(text):
        name = f"line {block.line}"
        try:
            if len(block.text) > MAX_BLOCK:
                raise NotCarriedError(f"it has more than {MAX_BLOCK} characters")
            tree = _grammar().parse(block.text)
            title = next((part for part in tree.children if isinstance(part, Token) and part.type == "TITLE"), None)
            name = _unescaped(title[2:-2]) if title and title[2:-2].strip() else name
            yield _Reader(tree, block, name, losses).item()
        except UnexpectedInput as error:
            line = block.line + max(error.line, 1) - 1
            losses.add(f"{LEFT_OUT}it is no GIFT", f"line {line}, column {max(error.column, 1)}")
        except (NotCarriedError, ValueError) as reason:
            losses.add(f"{LEFT_OUT}{reason}", name)


@functools.cache
def _grammar() -> Lark:
    return Lark.open("gift.lark", rel_to=__file__, parser="lalr", propagate_positions=False)


def _blocks(text: str) -> Iterator[Block]:
    """What stands between empty lines; comments give tags only."""
    lines: list[str] = []
    start, tags = 1, []
    for place, line in enumerate([*text.splitlines(), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            tags += TAG.findall(bare)
            lines += [" "] if lines else []
        elif bare.startswith(CATEGORY) and not lines:
            tags = []
        elif bare:
            start = start if lines else place
            lines.append(line)
        elif lines:
            yield Block(start, "\n".join(lines).strip(), tuple(tags))
            lines, tags = [], []


class _Reader:
    """One question's tree."""

    def __init__(self, tree: Tree[Token], block: Block, name: str, losses: Losses) -> None:
        self.parts = tree.children
        self.block = block
        self.name = name
        self.losses = losses
        self.format = "moodle"

    def item(self) -> AnyItem:
        """Raises NotCarriedError."""
        common = self._common()
        answers = next((part for part in self.parts if isinstance(part, Tree)), None)
        if answers is None:
            raise NotCarriedError("it is a description: nothing is asked")
        body = next((part for part in answers.children if isinstance(part, Tree) and part.data != "general"), None)
        general = next((part for part in answers.children if isinstance(part, Tree) and part.data == "general"), None)
        common["explanation"] = self._texts(general)
        if body is None:
            raise NotCarriedError("there is no kind of question here for an essay")
        if body.data == "truth":
            return self._truth(body, common)
        if body.data == "numbers":
            return NumberItem(**common, answers=tuple(self._numbers(body)))
        if body.data == "bare":
            return WordItem(**common, answers=tuple(self._words([body])))
        return self._choices(_trees(body), common)

    def _common(self) -> dict[str, Any]:
        """The stem's two halves, around the gap; its format is that of all other texts."""
        prompt = ""
        for part in self.parts:
            if isinstance(part, Tree):
                prompt += GAP if self.parts[-1] is not part else ""
            elif part.type == "STEM":
                found = FORMAT.match(part)
                self.format = found[1] if found else self.format
                prompt += self._text(part)
        if not prompt.strip():
            raise NotCarriedError("it has no text")
        return {"name": self.name, "prompt": prompt.strip(), "tags": self.block.tags}

    def _truth(self, body: Tree[Token], common: dict[str, Any]) -> TruthItem:
        replies = [self._texts(reply) for reply in _trees(body)]
        word = next(part for part in body.children if isinstance(part, Token))
        wrong, right = [*replies, "", ""][:2]
        return TruthItem(**common, is_true=word.startswith("T"), reply=wrong, reply_right=right)

    def _choices(self, choices: list[Tree[Token]], common: dict[str, Any]) -> AnyItem:
        marks = {str(_token(choice, "RIGHT") or _token(choice, "WRONG")) for choice in choices}
        if "~" not in marks:
            texts = [_token(choice, "TEXT") or "" for choice in choices]
            if all("->" in text for text in texts):
                pairs = [(self._text(left), _unescaped(right)) for left, _, right in (t.partition("->") for t in texts)]
                return OrderItem(**common, accepted=(in_order(pairs),))
            return WordItem(**common, answers=tuple(self._words(choices)))
        options = [
            Answer(
                text=self._text(_token(choice, "TEXT") or ""),
                share=_share(choice, 1.0 if _token(choice, "RIGHT") else 0.0),
                reply=self._reply(choice),
            )
            for choice in choices
        ]
        return ChoiceItem(**common, options=tuple(options), is_single="=" in marks)

    def _words(self, choices: list[Tree[Token]]) -> Iterator[Answer]:
        for choice in choices:
            text = unstarred(_unescaped(_token(choice, "TEXT") or ""))
            if text is None:
                self._lose("An answer with the wildcard * was left out")
            elif text:
                yield Answer(text=text, share=_share(choice, 1.0), reply=self._reply(choice))

    def _numbers(self, body: Tree[Token]) -> Iterator[Number]:
        choices = [part for part in _trees(body) if part.data == "choice"] or [body]
        for choice in choices:
            default = 0.0 if _token(choice, "WRONG") else 1.0
            value, tolerance = _number(_unescaped(_token(choice, "TEXT") or "*"))
            yield Number(value=value, tolerance=tolerance, share=_share(choice, default), reply=self._reply(choice))

    def _reply(self, choice: Tree[Token]) -> str:
        return self._texts(next((part for part in _trees(choice) if part.data == "reply"), None))

    def _texts(self, tree: Tree[Token] | None) -> str:
        return self._text(_token(tree, "TEXT") or "") if tree is not None else ""

    def _text(self, raw: str) -> str:
        found = FORMAT.match(raw)
        text = _unescaped(raw[found.end() :] if found else raw)
        if has_images(text):
            self._lose("Pictures were left out; what they are said to show stands in their place")
        return from_format(text, found[1] if found else self.format)

    def _lose(self, reason: str) -> None:
        self.losses.add(reason, self.name)


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [part for part in tree.children if isinstance(part, Tree)]


def _token(tree: Tree[Token], kind: str) -> str | None:
    return next((str(part) for part in tree.children if isinstance(part, Token) and part.type == kind), None)


def _share(choice: Tree[Token], default: float) -> float:
    weight = _token(choice, "WEIGHT")
    return float(weight.strip("%")) / 100 if weight else default


def _unescaped(raw: str) -> str:
    return ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], raw).strip()


def _number(text: str) -> tuple[float | None, float]:
    """(value, tolerance) of 3, 3:0.1, 2.9..3.1 or *. Raises NotCarriedError."""
    if text == "*":
        return None, 0.0
    if found := WITHIN.fullmatch(text):
        value, tolerance = float(found[1]), float(found[2] or 0)
    elif found := BETWEEN.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        value, tolerance = (low + high) / 2, (high - low) / 2
    else:
        raise NotCarriedError(f"{text[:50]!r} stands where a number should")
    if not math.isfinite(value + tolerance) or tolerance < 0:
        raise NotCarriedError(f"{text[:50]!r} stands where a number should")
    return value, tolerance
