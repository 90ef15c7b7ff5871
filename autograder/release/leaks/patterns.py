"""The forms in which texts are compared, so that layout, comments, case and quotes do not matter."""

import io
import re
import textwrap
import tokenize
import unicodedata
from collections.abc import Iterator

TOKEN = re.compile(r"\w+|[^\w\s\\]")
WORD = re.compile(r"\w+")
FIRST_CJK = "\u2e80"  # letters from here on are Chinese; each says as much as two Latin ones
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def code_form(text: str) -> str:
    """Return the tokens, each behind a NUL."""
    return "".join(f"\0{token}" for token in TOKEN.findall(unicodedata.normalize("NFKC", text)))


def words_form(text: str) -> str:
    """Return the letters and digits, in lower case."""
    return "".join(WORD.findall(unicodedata.normalize("NFKC", text))).casefold()


def count_tokens(code: str) -> int:
    """Return how many tokens the code has."""
    return len(TOKEN.findall(code))


def count_letters(text: str) -> int:
    """Return how many letters and digits the text has. A Chinese letter counts as two."""
    form = words_form(text)
    return len(form) + sum(letter >= FIRST_CJK for letter in form)


def without_comments(code: str) -> str:
    """Return Python code without its comments, one logical line per line."""
    return "\n".join(line for _, line in logical_lines(code))


def logical_lines(code: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, text) of each logical line of Python code, without comments."""
    parts: list[str] = []
    first = 0
    dedented = textwrap.dedent(code) + "\n"
    for token in tokenize.generate_tokens(io.StringIO(dedented).readline):
        if token.type == tokenize.NEWLINE:
            yield first, " ".join(parts)
            parts = []
        elif token.type not in LAYOUT:
            if not parts:
                first = token.start[0]
            parts.append(token.string)
