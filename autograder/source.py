"""A student's code for one topic, as text. It is never imported here."""

import ast
import codecs
import io
import itertools
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from .text import NOTHING, Text

MAX_SOURCE = 1 << 19  # bytes of one file or notebook's code; with helper files it must fit into one message
ENCODINGS = {"utf-8", "utf-8-sig", "ascii", "iso8859-1", "cp1252", "gbk", "gb2312", "gb18030", "big5"}

MAX_TOKENS = 60_000  # of one file; a reference of a whole topic has 5,000
MAX_KEPT_TOKENS = 2 * MAX_TOKENS
# Python 3.11 reads an f-string again from its beginning for each of its braces.
MAX_BRACES = 500_000_000  # braces of a file with f-strings, multiplied by its characters
F_STRING = re.compile(r"""[fF][rR]?['"]""")
MAX_LINE = 400  # characters of a line that a message about its syntax shows
MAX_MESSAGE = 200  # characters of Python's own message, which may quote the code
DEFINED = re.compile(r"^(?:(?:async\s+)?(?:def|class)\s+(\w+)|(\w+)\s*[:=])", re.MULTILINE)
TOKEN = re.compile(r"\w+|[^\w\s]|\n")

Chunk = tuple[str, str]  # (name of a file or cell, its code)
UnparsedChunk = tuple[str, str, int]  # (name of a cell, its code, the line that Python cannot parse)


class TooLong(MemoryError):
    """Code that is not parsed, although Python may run it: its tree could take too much memory or time."""


class _Trees:
    """The trees that were parsed last: several parts of the engine parse the same file, one after the other."""

    def __init__(self) -> None:
        self.trees: dict[str, tuple[ast.Module, int]] = {}  # code -> tree, number of tokens; the newest is last
        self.tokens = 0  # of all

    def parsed(self, code: str) -> ast.Module:
        if code in self.trees:
            tree, tokens = self.trees.pop(code)
        else:
            tokens = count_tokens(code)
            if tokens > MAX_TOKENS or _is_slow(code):
                raise TooLong(f"more than {MAX_TOKENS} tokens")
            tree = ast.parse(code)
            self.tokens += tokens
        self.trees[code] = tree, tokens
        while self.tokens > MAX_KEPT_TOKENS:
            oldest = next(iter(self.trees))
            self.tokens -= self.trees.pop(oldest)[1]
        return tree


_trees = _Trees()


def parsed(code: str) -> ast.Module:
    """Return the syntax tree of the code. Parsing runs nothing. Raise TooLong, and what ast.parse raises."""
    return _trees.parsed(code)


def count_tokens(code: str) -> int:
    """Return the number of words, signs and lines, counted to MAX_TOKENS + 1: no less than the number of tokens.

    A tree takes up to 900 bytes for each: 50 MiB for the largest one.
    """
    if len(code) <= MAX_TOKENS:
        return len(TOKEN.findall(code))  # this is faster
    return sum(1 for _ in itertools.islice(TOKEN.finditer(code), MAX_TOKENS + 1))


def is_too_long(code: str) -> bool:
    """Return whether `parsed` refuses the code."""
    return (len(code) > MAX_TOKENS and count_tokens(code) > MAX_TOKENS) or _is_slow(code)


def _is_slow(code: str) -> bool:
    """Return whether parsing the code's f-strings could take long."""
    return code.count("{") * len(code) > MAX_BRACES and F_STRING.search(code) is not None


def binds(node: ast.stmt) -> list[str]:
    """Return the names that a definition or an assignment gives a value."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    names = []
    for target in _targets(node):
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                names.append(part.id)
    return names


def _targets(node: ast.stmt) -> Sequence[ast.expr]:
    """Return the expressions that an assignment assigns to; none for another statement."""
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        return [node.target]
    return []


class Source(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The code that a worker loads for one topic."""

    filename: str  # activations.py
    chunks: tuple[Chunk, ...]  # they run in order, in one namespace
    files: dict[str, bytes] = {}  # other files of the topic's folder, such as helper modules
    left_out: tuple[UnparsedChunk, ...] = ()  # cells that Python cannot parse

    @property
    def text(self) -> str:
        return "\n".join(code for _, code in self.chunks)

    def chunk_defining(self, name: str) -> str | None:
        """Return the last file or cell that gives a module-level `name` a value, whether it can be parsed or not."""
        assignment = rf"^{re.escape(name)}\s*[:=]"
        pattern = re.compile(f"{_definition_pattern(name)}|{assignment}", re.MULTILINE)
        chunks = list(self.chunks)
        for chunk, code, _ in self.left_out:
            chunks.append((chunk, code))
        for chunk, code in reversed(chunks):
            if pattern.search(code):
                return chunk
        return None

    def line_of(self, name: str) -> int | None:
        """Return the line where the last definition of `name` begins, counted in its file or cell."""
        pattern = re.compile(_definition_pattern(name), re.MULTILINE)
        for _, code in reversed(self.chunks):
            starts = [match.start() for match in pattern.finditer(code)]
            if starts:
                return code.count("\n", 0, starts[-1]) + 1
        return None

    def borrowed(self) -> frozenset[str]:
        """Return the module-level names that are imported from a library and defined nowhere in the submission."""
        try:
            body = parsed(self.text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset()
        borrowed = self._imported(body)
        for node in body:
            borrowed.difference_update(binds(node))
        for _, code, _ in self.left_out:  # a cell that Python cannot parse may define the name, too
            borrowed.difference_update(_defined_in_text(code))
        return frozenset(borrowed)

    def _imported(self, body: Iterable[ast.stmt]) -> set[str]:
        """Return the names that these statements import from a library."""
        helpers = {name.removesuffix(".py") for name in self.files}
        names = set()
        for node in body:
            if isinstance(node, ast.ImportFrom) and _is_library(node, helpers):
                for alias in node.names:
                    names.add(alias.asname or alias.name)
        return names

    def locate(self, line: int) -> tuple[str, int]:
        """Return (file or cell name, line in it) for a line of `text`."""
        for name, code in self.chunks:
            count = code.count("\n") + 1
            if line <= count:
                return name, line
            line -= count
        return self.filename, line


def _defined_in_text(code: str) -> set[str]:
    """Return the module-level names that code gives a value, whether Python can parse it or not."""
    return {match[1] or match[2] for match in DEFINED.finditer(code)}


def _definition_pattern(name: str) -> str:
    return rf"^(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b"


def _is_library(node: ast.ImportFrom, helpers: set[str]) -> bool:
    """Return whether an import is from a library, not from a helper file of the submission."""
    package = (node.module or "").split(".")[0]
    return not node.level and package not in helpers


TOO_LONG = Text(
    f"The code has more than {MAX_TOKENS:,} words and signs, or an f-string with thousands of braces. Keep data in a file of its own, "
    "and hand in the functions.",
    f"代码超过 {MAX_TOKENS} 个单词和符号，或某个 f-string 有成千上万个花括号。请把数据放进单独的文件，只提交函数。",
)


class SyntaxFault(msgspec.Struct, frozen=True, kw_only=True):
    """A SyntaxError, as its student sees it."""

    message: str  # Python's own: "SyntaxError: expected ':'"; "" if the advice says more
    code: str  # the line
    column: int  # of the fault in the line, from 0
    advice: Text  # what to do about it


class Unreadable(msgspec.Struct, frozen=True, tag=True):
    """A file that cannot be read as Python, with the reason for its student."""

    sentence: Text
    line: int | None = None
    fault: SyntaxFault | None = None  # None if it is another reason than the syntax


def decode(data: bytes) -> str | Unreadable:
    """Return the text of a Python file, decoded as Python itself does, or why it cannot be decoded."""
    if len(data) > MAX_SOURCE:
        return Unreadable(Text("The file is larger than 512 KiB.", "文件超过 512 KiB。"))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if codecs.lookup(encoding).name not in ENCODINGS:  # some codecs take hours, and some do not give text
            return Unreadable(Text(f"The encoding {encoding} is not accepted.", f"不接受编码 {encoding}。"), 1)
        text = data.decode(encoding)
        text.encode()
    except (UnicodeError, SyntaxError, LookupError):
        return _not_utf8(data)
    if "\0" in text:
        return Unreadable(Text("The file holds NUL bytes: it is not text.", "文件含有 NUL 字节，不是文本。"))
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def _not_utf8(data: bytes) -> Unreadable:
    """Return the problem of a file that is not UTF-8, with the first line that is not."""
    line = 1
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        data.decode("gb18030")
        hint = Text(" It looks like GBK.", "它看起来是 GBK 编码。")
    except UnicodeDecodeError:
        hint = NOTHING
    sentence = Text("The file is not UTF-8.", "文件不是 UTF-8 编码。") + hint
    return Unreadable(sentence + Text(" Save it as UTF-8.", "请另存为 UTF-8。"), line)


def syntax_problem(code: str) -> Unreadable | None:
    """Return why Python cannot parse the code; None if it can. Parsing runs nothing."""
    try:
        parsed(code)
    except SyntaxError as error:
        return _syntax_error(error)
    except TooLong:
        return Unreadable(TOO_LONG)
    except (ValueError, RecursionError, MemoryError):
        return Unreadable(Text("The code is nested too deeply for Python to read.", "代码嵌套过深，Python 无法解析。"))
    return None


def _syntax_error(error: SyntaxError) -> Unreadable:
    """Return why Python cannot parse a file: its message, the number and the text of the line, and what to do."""
    line = (error.text or "").split("\n")[0].rstrip()
    code, column = _around(line, max((error.offset or 1) - 1, 0))
    problem = error.msg[:MAX_MESSAGE]
    wide = _wide_character(code, column)
    advice = wide or _advice(problem)
    fault = SyntaxFault(
        message="" if wide else f"{type(error).__name__}: {problem}",
        code=code,
        column=column,
        advice=advice or LOOK_AROUND,
    )
    message = "" if wide else problem
    return Unreadable(_in_one_line(error.lineno, message, code.strip()[:80], advice), error.lineno, fault)


def _around(line: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around a column, and the column in that part."""
    if len(line) <= MAX_LINE:
        return line, column
    start = max(min(column, len(line)) - MAX_LINE // 2, 0)
    return line[start : start + MAX_LINE], column - start


def _in_one_line(line: int | None, message: str, code: str, advice: Text) -> Text:
    """Return the number of the line, Python's message, the code and the advice as one sentence."""
    en = [f"Python cannot read line {line}", message, code]
    zh = [f"Python 无法解析第 {line} 行", message, code]
    sentence = Text(": ".join(filter(None, en)), "：".join(filter(None, zh)))
    if advice:
        return sentence + Text(" → ", " → ") + advice
    return sentence if code else sentence + Text(".", "。")


# Advice on syntax errors

TYPED_AS = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    "《": "<",
    "》": ">",
    "—": "-",
    "–": "-",
    "−": "-",
    "×": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
}
SPACES = {"\u3000", "\xa0"}
WIDE = Text(
    "Python does not know `{wide}`, a Chinese or special character. Switch the input method to English and type `{plain}`.",
    "`{wide}` 是中文标点或特殊符号，Python 不认识。请切换到英文输入法，改成 `{plain}`。",
)
WIDE_SPACE = Text(
    "There is a full-width or special space here. Delete it and type an ordinary space.",
    "这里有一个全角空格或特殊空格。请删掉它，改成普通空格。",
)
LOOK_AROUND = Text(
    "Look at the place of the caret, and at the end of the line before: a bracket, a comma or an operator may be missing.",
    "请检查 ^ 所指的位置，以及上一行的末尾：可能少了括号、逗号或运算符。",
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
NEVER_CLOSED = Text(
    "This {opening} has no {closing}. Add it where the bracket should end.",
    "这个 {opening} 没有对应的 {closing}。请在括号应当结束的地方补上。",
)
# A part of Python's message -> what to do.
ADVICE = {
    "expected ':'": Text(
        "A colon is missing: lines that begin with def, class, if, else, for or while end with one.",
        "缺少冒号：以 def、class、if、else、for、while 开头的行，末尾要有冒号。",
    ),
    "unmatched": Text(
        "This closing bracket has no opening one: delete it, or add the opening one.",
        "这个右括号没有对应的左括号：请删掉它，或补上左括号。",
    ),
    "does not match opening": Text(
        "The brackets are closed in the wrong order, or one of another kind is missing.",
        "左右括号不匹配：顺序写错了，或少了另一种括号。",
    ),
    "unterminated": Text(
        "The text that begins here has no closing quote. Use the same quote at both ends.",
        "从这里开始的字符串没有结束的引号。两端要用同一种引号。",
    ),
    "expected an indented block": Text(
        "Indent this line by four spaces: it belongs to the line with the colon above it.",
        "这一行要缩进四个空格：它属于上面以冒号结尾的那一行。",
    ),
    "unexpected indent": Text(
        "This line is indented too far. Begin it in the same column as the line above.",
        "这一行缩进太多了，应与上一行对齐。",
    ),
    "unindent does not match": Text(
        "This line is aligned with no line above it. Use four spaces for each level.",
        "这一行的缩进与上面任何一行都对不齐。每一层用四个空格。",
    ),
    "inconsistent use of tabs": Text(
        "Tabs and spaces are mixed. Indent with spaces only.", "缩进混用了制表符和空格。请只用空格。"
    ),
    "Perhaps you forgot a comma": Text("A comma may be missing here.", "这里可能少了一个逗号。"),
    "Maybe you meant '=='": Text("To compare two values, write == in place of =.", "比较两个值要写 ==，不是 =。"),
    "Missing parentheses": Text("Write the brackets of the call: print(x).", "调用要写括号：print(x)。"),
}


def _wide_character(code: str, column: int) -> Text:
    """Return what to type in place of a Chinese or typographic character at the fault; NOTHING if there is none.

    If a string is not closed, a typographic quote further on is the reason.
    """
    character = code[column : column + 1]
    if character in SPACES:
        return WIDE_SPACE
    if character in "\"'":
        quotes = [other for other in code[column:] if TYPED_AS.get(other) == character]
        character = quotes[0] if quotes else ""
    plain = TYPED_AS.get(character) or unicodedata.normalize("NFKC", character)
    if plain == character or not plain.isascii():
        return NOTHING
    return WIDE.filled(wide=character, plain=plain)


def _advice(message: str) -> Text:
    """Return what to do about Python's message; NOTHING if it is not a known one."""
    if "was never closed" in message:
        opening = message[1:2]
        return NEVER_CLOSED.filled(opening=opening, closing=CLOSING.get(opening, ""))
    for part, advice in ADVICE.items():
        if part in message:
            return advice
    return NOTHING
