"""One topic's code as one student wrote it: text, never imported here."""

import ast
import codecs
import functools
import io
import re
import tokenize

import msgspec

from .text import Text

MAX_SOURCE = 1 << 19  # bytes of one file or notebook's code; with helper files it must fit into one message
ENCODINGS = {"utf-8", "utf-8-sig", "ascii", "iso8859-1", "cp1252", "gbk", "gb2312", "gb18030", "big5"}


@functools.lru_cache(maxsize=16)  # several parts of the engine read the same file, one after the other
def parsed(code: str) -> ast.Module:
    """The syntax tree of a text. Parsing runs nothing. Raises what ast.parse raises."""
    return ast.parse(code)


def binds(node: ast.stmt) -> list[str]:
    """The names that a definition or an assignment gives a value."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return []


class Source(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a worker loads for one topic."""

    filename: str  # activations.py
    chunks: tuple[tuple[str, str], ...]  # (file or cell name, code); run in order, in one namespace
    files: dict[str, bytes] = {}  # other files of the topic's folder, such as helper modules
    left_out: tuple[tuple[str, str, int], ...] = ()  # (name, code, line at fault) of cells that Python cannot parse

    @property
    def text(self) -> str:
        return "\n".join(code for _, code in self.chunks)

    def chunk_defining(self, name: str) -> str | None:
        """The file or cell that a module-level `name` is written in, parsable or not."""
        start = rf"^(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\s*[:=]"
        pattern = re.compile(start, re.MULTILINE)
        chunks = [*self.chunks, *((chunk, code) for chunk, code, _ in self.left_out)]
        return next((chunk for chunk, code in reversed(chunks) if pattern.search(code)), None)

    def line_of(self, name: str) -> int | None:
        """The line of its file or cell that the last definition of `name` begins in."""
        pattern = re.compile(rf"^(?:async\s+)?(?:def|class)\s+{re.escape(name)}\b", re.MULTILINE)
        for _, code in reversed(self.chunks):
            for match in reversed(list(pattern.finditer(code))):
                return code.count("\n", 0, match.start()) + 1
        return None

    def borrowed(self) -> frozenset[str]:
        """Module-level names that are a library's, not the student's: imported, and not defined here or beside."""
        try:
            body = parsed(self.text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset()
        beside = {name.removesuffix(".py") for name in self.files}
        imported = {
            alias.asname or alias.name
            for node in body
            if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] not in beside
            for alias in node.names
        }
        borrowed = imported.difference(*map(binds, body))
        if self.left_out:
            borrowed = {name for name in borrowed if self.chunk_defining(name) is None}
        return frozenset(borrowed)

    def locate(self, line: int) -> tuple[str, int]:
        """(file or cell name, line in it) for a line of `text`."""
        for name, code in self.chunks:
            count = code.count("\n") + 1
            if line <= count:
                return name, line
            line -= count
        return self.filename, line


class Unreadable(msgspec.Struct, frozen=True, tag=True):
    """Why a text is not Python, for its student."""

    sentence: Text
    line: int | None = None


def decode(data: bytes) -> str | Unreadable:
    """The text of a Python file, as Python itself would decode it."""
    if len(data) > MAX_SOURCE:
        return Unreadable(Text("The file is larger than 512 KiB.", "文件超过 512 KiB。"))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if codecs.lookup(encoding).name not in ENCODINGS:  # some codecs take hours, or are none for text
            return Unreadable(Text(f"The encoding {encoding} is not accepted.", f"不接受编码 {encoding}。"), 1)
        text = data.decode(encoding)
        text.encode()
    except (UnicodeError, SyntaxError, LookupError):
        return _not_utf8(data)
    if "\0" in text:
        return Unreadable(Text("The file holds NUL bytes: it is not text.", "文件含有 NUL 字节，不是文本。"))
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def _not_utf8(data: bytes) -> Unreadable:
    try:
        data.decode("utf-8")
        line = 1
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    try:
        data.decode("gb18030")
        hint = Text(" It looks like GBK.", "它看起来是 GBK 编码。")
    except UnicodeDecodeError:
        hint = Text("", "")
    sentence = Text("The file is not UTF-8.", "文件不是 UTF-8 编码。") + hint
    return Unreadable(sentence + Text(" Save it as UTF-8.", "请另存为 UTF-8。"), line)


def syntax_problem(code: str) -> Unreadable | None:
    """Why Python cannot parse `code`; None where it can. Parsing runs nothing."""
    try:
        parsed(code)
    except SyntaxError as error:
        shown = (error.text or "").strip()[:80]
        sentence = Text(
            f"Python cannot read line {error.lineno}: {error.msg}" + (f": {shown}" if shown else "."),
            f"Python 无法解析第 {error.lineno} 行：{error.msg}" + (f"：{shown}" if shown else "。"),
        )
        return Unreadable(sentence, error.lineno)
    except (ValueError, RecursionError, MemoryError):
        return Unreadable(Text("The code is nested too deeply for Python to read.", "代码嵌套过深，Python 无法解析。"))
    return None
