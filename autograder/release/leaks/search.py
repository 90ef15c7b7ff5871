"""A release held against what must not be in it.

Some of the hidden part is public by its author's own will, and only that, there and as often, may be found:
a stub says what its reference says outside the markers; a hint may quote a line of its own exercise's reference; a visible
check may have the title of a hidden one, or contain what a hidden one does, as long as it is not the same check; an
explanation may repeat an option of its question.
"""

import ast
import bisect
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import yaml

from ...course.model import Topic
from ...course.stubs import stub_of
from ...errors import CourseError
from ..commitment import known_salts
from .hidden_code import body_form, title_halves
from .patterns import ANSWER_WORDS, LEXEME, MIN_PATTERN, WORD, Form, Kind, Secret, answer_form, code_form, words_form
from .readings import Blob, Reading, Unpacker, texts
from .secrets import find_secrets, strings_in, whole_files

NORMAL = {Form.CODE: code_form, Form.WORDS: words_form, Form.ANSWER: answer_form}
START = {Form.CODE: MIN_PATTERN, Form.WORDS: MIN_PATTERN, Form.ANSWER: 5}  # characters that patterns are looked up by
MAX_SHOWN = 20


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """Something hidden, found in a release."""

    where: str  # exercises/01_activations/notes.ipynb → /cells/3/source, line 2
    kind: Kind
    origin: str
    shown: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind.value} ({self.origin}): {self.shown}"


def refuse_leaks(files: Mapping[str, bytes], root: Path, topics: Sequence[Topic]) -> None:
    """Raise CourseError where a release's files hold something of the hidden part."""
    leaks = find_leaks(files, root, topics)
    if not leaks:
        return
    lines = [f"  {leak}" for leak in leaks[:MAX_SHOWN]]
    if len(leaks) > MAX_SHOWN:
        lines.append(f"  and {len(leaks) - MAX_SHOWN} more")
    first = "Nothing was written: the release would give away what is hidden."
    last = "Take it out of exercises/, or out of solutions/ where it may be known."
    raise CourseError("\n".join([first, *lines, last]))


def find_leaks(files: Mapping[str, bytes], root: Path, topics: Sequence[Topic]) -> list[Leak]:
    """Every hidden thing in a release's files, by file and line. All topics' secrets count, not only the released."""
    folders = sorted(path.name for path in (root / "solutions").iterdir() if path.is_dir())
    secrets = [*find_secrets(root, folders), *(_salt(salt) for salt in known_salts(root))]
    search, published, whole = _Search(secrets), _Published(files, topics), whole_files(root)
    unpacker = Unpacker()
    found: dict[tuple[str, str, str], Leak] = {}
    for name, data in sorted(files.items()):
        for blob in unpacker.blobs(Blob(file=name, data=data)):
            origin = whole.get(hashlib.sha256(blob.data).hexdigest())
            if origin is not None:
                where = " → ".join((blob.file, *blob.within))
                leak = Leak(where=where, kind=Kind.WHOLE, origin=origin, shown=f"{len(blob.data)} bytes")
                found.setdefault((where, origin, ""), leak)
            for reading in texts(blob):
                for leak in _leaks(reading, search, None if blob.within else published):
                    key = reading.file + "".join(reading.within[:1] if blob.within else ())
                    found.setdefault((key, leak.origin, leak.shown), leak)
    return list(found.values())


def _salt(salt: str) -> Secret:
    return Secret(
        kind=Kind.SALT, form=Form.WORDS, pattern=salt, origin="solutions/.commitment.json", shown=f"{salt[:8]}…"
    )


def _leaks(reading: Reading, search: "_Search", published: "_Published | None") -> Iterator[Leak]:
    hits: dict[Secret, list[int]] = defaultdict(list)
    for secret, line in search.hits(reading.text, [Form.CODE] if reading.is_code else list(Form)):
        if secret.only_in in ("", reading.file):
            hits[secret].append(line)
    for secret, lines in hits.items():
        allowed = published.times(secret, reading.file) if published else 0  # nothing that is packed is published
        if len(lines) > allowed:
            where = f"{reading.where}, line {lines[allowed] if allowed else lines[0]}"
            yield Leak(where=where, kind=secret.kind, origin=secret.origin, shown=secret.shown)


class _Search:
    """All patterns at once, by their first characters."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self.by_start: dict[Form, dict[str, list[Secret]]] = {form: defaultdict(list) for form in Form}
        for secret in secrets:
            self.by_start[secret.form][secret.pattern[: START[secret.form]]].append(secret)

    def hits(self, text: str, forms: Sequence[Form]) -> Iterator[tuple[Secret, int]]:
        """(secret, line) for each time that one stands in the text."""
        text = unicodedata.normalize("NFKC", text)
        for form in forms:
            normal, starts, places = _normalised(text, form)
            table = self.by_start[form]
            for at in starts if form is not Form.WORDS else range(len(normal)):
                for secret in table.get(normal[at : at + START[form]], ()):
                    if normal.startswith(secret.pattern, at):
                        token = bisect.bisect_right(starts, at) - 1
                        yield secret, text.count("\n", 0, places[token]) + 1


def _normalised(text: str, form: Form) -> tuple[str, list[int], list[int]]:
    """(normal form, where each token begins in it, where each token begins in the text)."""
    separated = form is not Form.WORDS
    pieces: list[str] = ["\0"] if separated else []
    starts: list[int] = []
    places: list[int] = []
    length = 0
    for match in (LEXEME if form is Form.CODE else WORD).finditer(text):
        token = match[0] if form is Form.CODE else match[0].casefold()
        if form is Form.ANSWER and token in ANSWER_WORDS:
            continue
        starts.append(length)
        places.append(match.start())
        pieces.append(f"{token}\0" if separated else token)
        length += len(token) + separated
    return "".join(pieces), starts, places


class _Published:
    """What the author has made public of the hidden part, and where."""

    def __init__(self, files: Mapping[str, bytes], topics: Sequence[Topic]) -> None:
        self.files = files
        self.topics = {f"exercises/{topic.name}": topic for topic in topics}
        self._checks: dict[str, list[tuple[list[str], str]]] = {}

    def times(self, secret: Secret, file: str) -> int:
        """How often a file may say it."""
        folder, _, name = file.rpartition("/")
        topic = self.topics.get(folder)
        if topic is None:
            return 0
        if name == topic.filename and topic.reference.is_file():
            return _count(secret, stub_of(topic))
        if name == "topic.toml" and secret.kind in QUOTABLE:
            own = [exercise for exercise in topic.exercises if exercise.name in secret.owners]
            return sum(_count(secret, text) for e in own for hint in e.hints for text in (hint.en, hint.zh))
        if name == QUIZ and secret.kind is Kind.REPLY:
            return sum(_count(secret, label) for label in _labels(self.files[file], secret.origin))
        if name == topic.visible_checks.name and secret.kind in (Kind.TITLE, Kind.CHECK):
            return sum(_contains(secret, titles, body) for titles, body in self._visible_only(topic))
        return 0

    def _visible_only(self, topic: Topic) -> list[tuple[list[str], str]]:
        """(titles, normal form of the body) of each visible check that is no hidden one."""
        if topic.name not in self._checks:
            hidden = (
                {body for _, body in _checks(topic.hidden_checks.read_bytes())} if topic.hidden_checks.is_file() else ()
            )
            visible = _checks(self.files[f"exercises/{topic.name}/{topic.visible_checks.name}"])
            self._checks[topic.name] = [(titles, body) for titles, body in visible if body not in hidden]
        return self._checks[topic.name]


QUIZ = "quiz.yaml"
QUOTABLE = {Kind.LINE, Kind.SOLUTION, Kind.ALTERNATIVE}  # by the hints of their own exercise


def _checks(code: bytes) -> list[tuple[list[str], str]]:
    text = code.decode("utf-8", errors="replace")
    try:
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return []
    return [(title_halves(ast.get_docstring(function) or ""), body_form(text, function)) for function in functions]


def _labels(quiz: bytes, question: str) -> Iterator[str]:
    """The options of a question, or its steps: an explanation may repeat one."""
    entries = yaml.safe_load(quiz)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("id") == question:
            yield from strings_in([entry.get("options"), entry.get("steps")])


def _contains(secret: Secret, titles: list[str], body: str) -> int:
    if secret.kind is Kind.TITLE:
        return sum(_count(secret, title) for title in titles)
    return body.count(secret.pattern)


def _count(secret: Secret, text: str) -> int:
    return NORMAL[secret.form](text).count(secret.pattern)
