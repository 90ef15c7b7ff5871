"""Compare every file of a release with the secrets of the course."""

import bisect
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from ...course.model import Course, Topic
from ...errors import CourseError
from ..manifest import sha256
from .documents import Document
from .patterns import code_form, words_form
from .published import published_texts
from .secrets import Secret, SecretKind, find_secrets

MAX_SHOWN = 20
MIN_WHOLE_FILE = 64  # bytes; a smaller file may be equal by chance
PREFIX = 8  # characters; secrets are looked up by their first ones, and no pattern is shorter
COMMENT = re.compile(r"#[^\n]*")


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """A secret in a release."""

    where: str  # exercises/01_activations/notes.ipynb → /cells/3/source, line 2
    secret: Secret

    def __str__(self) -> str:
        text = textwrap.shorten(self.secret.text, 100, placeholder=" …")
        return f"{self.where}: {self.secret.kind.value} ({self.secret.origin}): {text}"


def refuse_leaks(files: Mapping[str, bytes], course: Course, released: Sequence[str]) -> None:
    """Raise CourseError if a file holds a secret."""
    leaks = find_leaks(files, course, released)
    if not leaks:
        return
    lines = ["Nothing was written, because the release would give away hidden parts of the course:"]
    lines += [f"  {leak}" for leak in leaks[:MAX_SHOWN]]
    if len(leaks) > MAX_SHOWN:
        lines.append(f"  and {len(leaks) - MAX_SHOWN} more")
    lines.append("Remove them from exercises/. If students may know them, remove them from solutions/ instead.")
    raise CourseError("\n".join(lines))


def find_leaks(files: Mapping[str, bytes], course: Course, released: Sequence[str]) -> list[Leak]:
    """Return every secret in the files, by file and line.

    The secrets are those of all topics. `released` are the topics of the release; what they publish is no secret.
    """
    index = _Index(find_secrets(course.root))
    published = _published(index, course, released)
    whole_files = _whole_files(course)
    leaks = []
    for name, data in sorted(files.items()):
        for document in Document(where=name, data=data).with_members():
            copied = whole_files.get(sha256(document.data))
            if copied is not None:
                leaks.append(Leak(where=document.where, secret=copied))
            leaks += _leaks_in(document, index, published)
    return leaks


def _leaks_in(document: Document, index: "_Index", published: set[str]) -> list[Leak]:
    """Return the leaks of one document, each pattern once."""
    leaks: dict[str, Leak] = {}
    for where, text in document.texts():
        for secret, line in index.hits(text):
            if secret.pattern not in published and secret.pattern not in leaks:
                leaks[secret.pattern] = Leak(where=f"{where}, line {line}", secret=secret)
    return list(leaks.values())


def _published(index: "_Index", course: Course, released: Sequence[str]) -> set[str]:
    """Return the patterns of the secrets that the released topics show on purpose."""
    patterns: set[str] = set()
    for topic in course.topics:
        if topic.name in released:
            patterns |= _published_in(topic, index)
    return patterns


def _published_in(topic: Topic, index: "_Index") -> set[str]:
    """Return the patterns of the secrets that one topic shows on purpose."""
    patterns = set()
    for published in published_texts(topic):
        for secret, _ in index.hits(published.text):
            if published.may_show(secret):
                patterns.add(secret.pattern)
    return patterns


def _whole_files(course: Course) -> dict[str, Secret]:
    """Return every file of solutions/ as a secret, by its hash."""
    secrets = {}
    for path in sorted((course.root / "solutions").rglob("*")):
        if path.is_file() and path.stat().st_size >= MIN_WHOLE_FILE:
            data = path.read_bytes()
            secrets[sha256(data)] = Secret(
                kind=SecretKind.WHOLE_FILE,
                pattern="",
                origin=path.relative_to(course.root).as_posix(),
                text=f"{len(data)} bytes",
            )
    return secrets


class _Index:
    """All secrets by the beginnings of their patterns, so that a text is read once for all of them."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._by_prefix: dict[str, list[Secret]] = defaultdict(list)
        for secret in secrets:
            self._by_prefix[secret.pattern[:PREFIX]].append(secret)

    def hits(self, text: str) -> Iterator[tuple[Secret, int]]:
        """Yield (secret, line) for each secret in the text, compared as words, as code, as code without comments."""
        yield from self._hits(text, words_form)
        yield from self._hits(text, code_form)
        if "#" in text:
            yield from self._hits(COMMENT.sub("", text), code_form)

    def _hits(self, text: str, form: Callable[[str], str]) -> Iterator[tuple[Secret, int]]:
        """Yield (secret, line) for each secret in the text, compared in the given form."""
        lines = [form(line) for line in text.split("\n")]
        starts = []  # the position in the compared form at which each line begins
        length = 0
        for line in lines:
            starts.append(length)
            length += len(line)
        compared = "".join(lines) + "\0"  # a NUL ends the last token
        for position in range(length):
            prefix = compared[position : position + PREFIX]
            candidates = self._by_prefix.get(prefix, ())
            for secret in candidates:
                if compared.startswith(secret.pattern, position):
                    line_number = bisect.bisect_right(starts, position)
                    yield secret, line_number
