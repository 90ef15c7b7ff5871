"""A student's code for one topic, as text. It is never imported here."""

import ast
import codecs
import functools
import io
import re
import tokenize
from collections.abc import Iterable, Sequence

import msgspec

from .text import NOTHING, Text

MAX_SOURCE = 1 << 19  # bytes of one file or notebook's code; with helper files it must fit into one message
ENCODINGS = {"utf-8", "utf-8-sig", "ascii", "iso8859-1", "cp1252", "gbk", "gb2312", "gb18030", "big5"}

Chunk = tuple[str, str]  # (name of a file or cell, its code)
UnparsedChunk = tuple[str, str, int]  # (name of a cell, its code, the line that Python cannot parse)


@functools.lru_cache(maxsize=16)  # several parts of the engine parse the same file, one after the other
def parsed(code: str) -> ast.Module:
    """Return the syntax tree of the code. Parsing runs nothing. Raise what ast.parse raises."""
    return ast.parse(code)


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
        if not self.left_out:
            return frozenset(borrowed)
        # A cell that Python cannot parse may define the name, too.
        return frozenset(name for name in borrowed if self.chunk_defining(name) is None)

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


def _definition_pattern(name: str) -> str:
    return rf"^(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b"


def _is_library(node: ast.ImportFrom, helpers: set[str]) -> bool:
    """Return whether an import is from a library, not from a helper file of the submission."""
    package = (node.module or "").split(".")[0]
    return not node.level and package not in helpers


class Unreadable(msgspec.Struct, frozen=True, tag=True):
    """A file that cannot be read as Python, with the reason for its student."""

    sentence: Text
    line: int | None = None


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
        return Unreadable(_syntax_sentence(error), error.lineno)
    except (ValueError, RecursionError, MemoryError):
        return Unreadable(Text("The code is nested too deeply for Python to read.", "代码嵌套过深，Python 无法解析。"))
    return None


def _syntax_sentence(error: SyntaxError) -> Text:
    """Return the message of a SyntaxError with the number and the beginning of its line."""
    end = Text(".", "。")
    line = (error.text or "").strip()[:80]
    if line:
        end = Text(f": {line}", f"：{line}")
    problem = Text(
        f"Python cannot read line {error.lineno}: {error.msg}",
        f"Python 无法解析第 {error.lineno} 行：{error.msg}",
    )
    return problem + end
