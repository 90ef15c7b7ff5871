"""Reads answers.yaml as a student filled it in. Every value stays a text.

The file is read event by event. Nothing is built from an alias or a tag, `no` stays `no` and `1:30` stays `1:30`, and
reading stops at deep nesting before it costs anything.
"""

import re
from collections.abc import Iterator

import msgspec
import yaml

from ..results.model import Problem
from ..source import Unreadable, decode
from ..text import NOTHING, Text

MAX_BYTES = 64 << 10
MAX_DEPTH = 10  # brackets within brackets: what a program prints may be a nested list
MAX_NAME = 200  # characters of a student's name
HEADERS = ("student", "attempt", "answers")
ID = re.compile(r"[a-z][a-z0-9_]*")
UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
QUOTES = Text(
    "Put the answer in quotes, or write it on lines of its own below `{id}: |`.",
    "请给答案加上引号，或在 `{id}: |` 下面另起一行书写。",
)
MARKED = Text(
    "An answer that begins with *, & or ! means something else in YAML. ",
    "以 *、& 或 ! 开头的答案在 YAML 中另有含义。",
)
ANSWERED_TWICE = Text(
    "Answered twice, in lines {first} and {second}. Keep one.",
    "第 {first} 行和第 {second} 行各有一个答案，请只保留一个。",
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that a student wrote to one question."""

    text: str  # of a list: its source in the file
    line: int
    items: tuple[str, ...] | None = None  # of a list of plain entries
    refused: Text = NOTHING  # why it is not an answer

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() and not self.refused

    @property
    def length(self) -> int:
        """Characters of the answer as it was written."""
        return len(self.text.strip())


class AnswersFile(msgspec.Struct, frozen=True, kw_only=True):
    """The content of one answers.yaml."""

    file: str
    student: str | None = None
    attempt: int = 1
    entries: dict[str, Entry] = {}
    problems: tuple[Problem, ...] = ()


class _Refused(Exception):
    def __init__(self, sentence: Text, line: int | None = None) -> None:
        self.sentence = sentence
        self.line = line


class _Node(msgspec.Struct):
    text: str
    line: int
    items: "list[_Node] | None" = None
    pairs: "list[tuple[_Node, _Node]] | None" = None
    is_marked: bool = False  # it is or contains an alias, an anchor or a tag

    @property
    def is_text(self) -> bool:
        return self.items is None and self.pairs is None


def read_answers(data: bytes, file: str) -> AnswersFile:
    """Return the answers in a file's bytes. Never raise: faults become problems of the file, or refused entries."""
    try:
        text = _text(data)
    except _Refused as refused:
        return _unread(refused, file)
    answers = _read(text, file)
    if answers.problems and not answers.entries:
        answers = _read(_mended(text), file)
    return answers


def _read(text: str, file: str) -> AnswersFile:
    try:
        return _file(_tree(text), file)
    except _Refused as refused:
        return _unread(refused, file)


def _unread(refused: _Refused, file: str) -> AnswersFile:
    return AnswersFile(file=file, problems=(Problem(file=file, sentence=refused.sentence, line=refused.line),))


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES >> 10
        raise _Refused(Text(f"The file is larger than {limit} KiB.", f"文件超过 {limit} KiB。"))
    text = decode(data)
    if isinstance(text, Unreadable):
        raise _Refused(text.sentence, text.line)
    unprintable = UNPRINTABLE.search(text)
    if unprintable is not None:
        line = text.count("\n", 0, unprintable.start()) + 1
        code = f"U+{ord(unprintable[0]):04X}"
        sentence = Text(
            f"Line {line} holds a character that no text has ({code}). Delete it.",
            f"第 {line} 行含有不可打印的字符（{code}），请删除。",
        )
        raise _Refused(sentence, line)
    return text


def _mended(text: str) -> str:
    """Return the text with spaces for the tabs of its indentation, and with plain colons for full-width ones."""
    text = re.sub(r"(?m)^[ \t]+", lambda indent: indent[0].expandtabs(2), text)
    return re.sub(r"(?m)^( *[a-z][a-z0-9_]*) *：[ \t]*", r"\1: ", text)


def _tree(text: str) -> _Node | None:
    try:
        return _Tree(text).root()
    except yaml.YAMLError as error:
        raise _unparsable(error) from None


def _too_deep(line: int) -> Text:
    return Text(f"Line {line} is nested more than {MAX_DEPTH} deep.", f"第 {line} 行的嵌套超过 {MAX_DEPTH} 层。")


def _unparsable(error: yaml.YAMLError) -> _Refused:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    why = getattr(error, "problem", None) or "it is no YAML"
    if "nesting" in why:  # newer parsers have a bound of their own
        return _Refused(_too_deep(line or 1), line)
    reason = Text(f" cannot be read: {why}. ", f"无法读取：{why}。")
    return _Refused(_place(line) + reason + QUOTES.filled(id="q01_02"), line)


def _place(line: int | None) -> Text:
    if line is None:
        return Text("The file", "文件")
    return Text(f"Line {line}", f"第 {line} 行")


class _Tree:
    """A reader that turns YAML's events into a tree of texts."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.events: Iterator[yaml.Event] = yaml.parse(text, yaml.CSafeLoader)

    def root(self) -> _Node | None:
        """Return the file's only document; None if the file holds nothing but comments."""
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        node = self._node(next(self.events), 0)
        next(self.events)  # the document's end
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            line = _line(following)
            sentence = Text(
                f"A second document begins at line {line}. Keep one, and no line of ---.",
                f"第 {line} 行开始了第二个文档。请只保留一个，不要写 ---。",
            )
            raise _Refused(sentence, line)
        return node

    def _node(self, event: yaml.Event, depth: int) -> _Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise _Refused(_too_deep(line), line)
        if isinstance(event, yaml.ScalarEvent):
            return _Node(event.value, line, is_marked=_is_marked(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, line, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, line, depth)
        return _Node("*", line, is_marked=True)  # an alias

    def _sequence(self, start: yaml.SequenceStartEvent, line: int, depth: int) -> _Node:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        is_marked = _is_marked(start) or any(item.is_marked for item in items)
        return _Node(self._between(start, event), line, items=items, is_marked=is_marked)

    def _mapping(self, start: yaml.MappingStartEvent, line: int, depth: int) -> _Node:
        pairs = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._node(event, depth + 1)
            pairs.append((name, self._node(next(self.events), depth + 1)))
        is_marked = _is_marked(start) or any(node.is_marked for pair in pairs for node in pair)
        return _Node(self._between(start, event), line, pairs=pairs, is_marked=is_marked)

    def _between(self, start: yaml.Event, end: yaml.Event) -> str:
        assert start.start_mark is not None and end.end_mark is not None
        return self.source[start.start_mark.index : end.end_mark.index]


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _is_marked(event: yaml.Event) -> bool:
    anchor = getattr(event, "anchor", None)
    tag = getattr(event, "tag", None)
    return anchor is not None or tag not in (None, "!")  # some parsers tag a quoted text with !


def _file(root: _Node | None, file: str) -> AnswersFile:
    if root is None:
        return AnswersFile(file=file)
    if root.pairs is None:
        sentence = Text(
            "There is no `answers:` with a line like `q99_01: B` below it.",
            "缺少 `answers:` 及其下的 `q99_01: B` 这样的行。",
        )
        raise _Refused(sentence, root.line)
    reading = _Reading(file)
    for name, value in root.pairs:
        reading.header(name, value)
    return AnswersFile(
        file=file,
        student=reading.student,
        attempt=reading.attempt,
        entries=reading.entries,
        problems=tuple(reading.problems),
    )


class _Reading:
    """The content of a file, collected from its tree."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.student: str | None = None
        self.attempt = 1
        self.entries: dict[str, Entry] = {}
        self.problems: list[Problem] = []

    def header(self, name: _Node, value: _Node) -> None:
        """Read one entry of the outermost level. Questions may be there, too."""
        if name.text == "student":
            self.student = value.text.strip()[:MAX_NAME] or None
        elif name.text == "attempt":
            self._attempt(value)
        elif name.text == "answers":
            self._answers(value)
        else:
            self._question(name, value)

    def _answers(self, value: _Node) -> None:
        """Read the entries below `answers:`."""
        if value.pairs is not None:
            for name, answer in value.pairs:
                self._question(name, answer)
        elif value.text.strip():
            sentence = Text(
                "Below `answers:` stand lines like `q99_01: B`.",
                "`answers:` 下面应是 `q99_01: B` 这样的行。",
            )
            self._report(sentence, value)

    def _question(self, name: _Node, value: _Node) -> None:
        """Read one question and its answer."""
        if not _is_question_id(name):
            sentence = Text("This is no question's name, such as q01_01.", "这不是题目编号（例如 q01_01）。")
            self._report(sentence, name)
            return
        question = name.text.strip()
        entry = _entry(question, value)
        earlier = self.entries.get(question)
        if earlier is not None and earlier.text != entry.text:
            sentence = ANSWERED_TWICE.filled(first=earlier.line, second=entry.line)
            entry = msgspec.structs.replace(entry, refused=sentence)
        self.entries[question] = entry

    def _attempt(self, value: _Node) -> None:
        is_number = re.fullmatch(r"[0-9]{1,3}", value.text.strip()) is not None
        if is_number and int(value.text) > 0:
            self.attempt = int(value.text)
        else:
            sentence = Text(
                "`attempt` is a number from 1; 1 was taken.",
                "`attempt` 应为从 1 开始的数字，已按 1 处理。",
            )
            self._report(sentence, value)

    def _report(self, sentence: Text, node: _Node) -> None:
        self.problems.append(Problem(file=self.file, sentence=sentence, line=node.line))


def _is_question_id(name: _Node) -> bool:
    is_bare_text = name.is_text and not name.is_marked
    return is_bare_text and ID.fullmatch(name.text.strip()) is not None


def _entry(question: str, value: _Node) -> Entry:
    refused = NOTHING
    if value.is_marked:
        refused = MARKED + QUOTES.filled(id=question)
    return Entry(text=value.text, line=value.line, items=_item_texts(value), refused=refused)


def _item_texts(node: _Node) -> tuple[str, ...] | None:
    """Return the texts of a list; None if the node is no list, or if the list contains another list or a mapping."""
    if node.items is None:
        return None
    texts = []
    for item in node.items:
        if not item.is_text:
            return None
        texts.append(item.text)
    return tuple(texts)
