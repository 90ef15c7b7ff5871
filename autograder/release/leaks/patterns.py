"""What leaks are looked for by: patterns of code and of sentences that survive another layout.

Code is compared by its tokens, without white space, comments and line ends; a sentence by its letters and digits alone,
without case, so that no quoting, wrapping or escaping hides it.
"""

import io
import re
import textwrap
import tokenize
import unicodedata
from collections.abc import Iterator
from enum import Enum

import msgspec

LEXEME = re.compile(r"\w+|[^\w\s\\]")
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|(?<=[。！？；：])")
PLACEHOLDER = "TODO"  # a text that its author has still to write
LINE_TOKENS = 10  # shorter lines are written by everybody
BODY_TOKENS = 9  # of a whole solution, or of a hidden check
DEFINITION_TOKENS = 25  # of a misconception's code, and of what hidden checks share
FORMULA_TOKENS = 5
TEXT_LETTERS = 16  # of a whole sentence's letters and digits; one of Chinese letters counts for two
PART_LETTERS = 36  # of one sentence of several
MIN_PATTERN = 8  # characters; leaks.py looks them up by their first ones
ANSWER_WORDS = {"answer", "answers", "is", "are", "key", "solution", "correct", "right", "答案", "是"}


class Form(Enum):
    """How two texts are compared."""

    CODE = "code"
    WORDS = "words"
    ANSWER = "answer"  # a question's id, then its answer; only between them may words like "is" stand


class Kind(Enum):
    """What leaked, as the refusal calls it."""

    LINE = "a line of the reference"
    SOLUTION = "a solution"
    ALTERNATIVE = "a line of the second solution"
    TITLE = "the title of a hidden check"
    CHECK = "the body of a hidden check"
    SHARED = "what hidden checks share"
    MISCONCEPTION = "the sentence of a misconception"
    WRONG_CODE = "the code of a misconception"
    REASON = "the reason for an equivalent mutant"
    FORMULA = "the answer of a question"
    ANSWER = "the answer of a question, by its id"
    REPLY = "the explanation of an answer"
    WHOLE = "a whole file of the solutions"
    SALT = "the salt of a commitment"


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must not be found."""

    kind: Kind
    form: Form
    pattern: str
    origin: str  # solutions/01_activations/activations.py:35, or the question's id
    shown: str  # its beginning
    owners: tuple[str, ...] = ()  # the exercises whose it is
    only_in: str = ""  # the one path where it says anything; "" everywhere


def code_form(text: str) -> str:
    """Tokens, each between two NULs."""
    return "\0" + "".join(f"{token}\0" for token in LEXEME.findall(unicodedata.normalize("NFKC", text)))


def words_form(text: str) -> str:
    """Letters and digits."""
    return "".join(WORD.findall(unicodedata.normalize("NFKC", text))).casefold()


def answer_form(text: str) -> str:
    """Words, each between two NULs, without those that link a question to its answer."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return "\0" + "".join(f"{word}\0" for word in words if word not in ANSWER_WORDS)


def plain(code: str) -> str:
    """The code without comments and layout, a line for each statement's line."""
    return "\n".join(line for _, line in logical_lines(code))


def logical_lines(code: str) -> Iterator[tuple[int, str]]:
    """(number, text) of each statement's line, without comments."""
    parts: list[str] = []
    first = 0
    dedented = textwrap.dedent(code) + "\n"
    for token in tokenize.generate_tokens(io.StringIO(dedented).readline):
        if token.type == tokenize.NEWLINE:
            yield first, " ".join(parts)
            parts = []
        elif token.type not in LAYOUT:
            first = first if parts else token.start[0]
            parts.append(token.string)


LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def count_tokens(code: str) -> int:
    """How many tokens the code has."""
    return len(LEXEME.findall(code))


def code_secret(kind: Kind, code: str, origin: str, owners: tuple[str, ...] = (), shown: str = "") -> Secret:
    """Code that must not be found; `shown` as its author wrote it."""
    return Secret(
        kind=kind, form=Form.CODE, pattern=code_form(code), origin=origin, shown=shortened(shown or code), owners=owners
    )


def sentence_secret(
    kind: Kind, sentence: str, origin: str, owners: tuple[str, ...] = (), least: int = TEXT_LETTERS
) -> Iterator[Secret]:
    """The sentence; where it has hardly a letter, its tokens."""
    if PLACEHOLDER in sentence.split():
        return
    form = words_form(sentence)
    if sum(2 if letter > "\u2e7f" else 1 for letter in form) >= least:
        yield Secret(kind=kind, form=Form.WORDS, pattern=form, origin=origin, shown=shortened(sentence), owners=owners)
    elif least == TEXT_LETTERS and count_tokens(sentence) >= BODY_TOKENS:
        yield code_secret(kind, sentence, origin, owners)


def sentence_secrets(kind: Kind, text: str, origin: str, owners: tuple[str, ...] = ()) -> Iterator[Secret]:
    """The whole text, and each long sentence of it."""
    yield from sentence_secret(kind, text, origin, owners)
    parts = [part for part in SENTENCE_END.split(text) if part]
    for part in parts if len(parts) > 1 else []:
        yield from sentence_secret(kind, part, origin, owners, PART_LETTERS)


def shortened(text: str) -> str:
    """The beginning of a text, on one line."""
    return textwrap.shorten(" ".join(text.split()), 100, placeholder=" …")
