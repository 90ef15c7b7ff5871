"""The files that travel: written whole or not at all, read with a limit."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...course.model import QUIZ, QUIZ_KEY, Course, Topic
from ...errors import UsageError
from ...results.files import write_whole
from ...text import Language
from ..load import load_quizzes
from .gift import gift
from .gift_reading import read_gift
from .incoming import fresh_ids, questions_of, write_quiz
from .item import Category, Losses
from .moodle import moodle_xml
from .moodle_reading import MAX_BYTES, read_moodle
from .outgoing import categories
from .qti import qti


def export_moodle(
    course: Course, topics: Sequence[Topic], out: Path, *, language: Language, variants: int, losses: Losses
) -> Iterator[str]:
    """Write all topics to one file."""
    found = list(categories(course, topics, language=language, variants=variants, losses=losses))
    _write(moodle_xml(found, losses), out)
    yield _counted(found, out, losses)


def export_gift(
    course: Course, topics: Sequence[Topic], out: Path, *, language: Language, variants: int, losses: Losses
) -> Iterator[str]:
    """Write all topics to one file."""
    found = list(categories(course, topics, language=language, variants=variants, losses=losses))
    _write(gift(found, losses), out)
    yield _counted(found, out, losses)


def export_qti(
    course: Course, topics: Sequence[Topic], out: Path, *, language: Language, variants: int, losses: Losses
) -> Iterator[str]:
    """Write a zip for each topic into the folder `out`."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file.", fix="Give a folder: each topic gets a zip of its own.")
    for topic in topics:
        found = list(categories(course, [topic], language=language, variants=variants, losses=losses))
        data = qti(found[0].path[-1 if not found[0].is_variants else -2], found, losses)
        if data is not None:
            _write(data, out / f"{topic.name}.zip")
            yield f"{out / topic.name}.zip: {len(found)} categories"


def import_file(file: Path, kind: str, course: Course, topic: Topic, out: Path, losses: Losses) -> Iterator[str]:
    """Read a file into quiz.yaml and quiz_key.yaml below `out`. Raises UsageError where there is nothing to take."""
    for name in (QUIZ, QUIZ_KEY):
        if (out / name).exists():
            raise UsageError(f"{out / name} exists.", fix="Give a folder without one, and put both together by hand.")
    items = list(READERS[kind](_read(file), str(file), losses))
    taken = [] if not items else [question.id for quiz in load_quizzes(course).values() for question in quiz.questions]
    number = topic.name.split("_")[0]
    prefix = f"q{number}" if number.isdigit() else topic.module
    imported = questions_of(items, fresh_ids(prefix, taken), losses)
    if not imported:
        told = "".join(f"\n{line}" for line in losses.lines())
        raise UsageError(f"{file} holds no question that can be taken.{told}")
    out.mkdir(parents=True, exist_ok=True)
    write_quiz(imported, out)
    first, last = imported[0][0].id, imported[-1][0].id
    yield f"{out / QUIZ} and {QUIZ_KEY}: {len(imported)} questions, {first} to {last}"
    yield "Both languages have the same text: translate one of them."


EXPORTS = {"moodle": export_moodle, "gift": export_gift, "qti": export_qti}
READERS = {"moodle": read_moodle, "gift": read_gift}


def _counted(found: Sequence[Category], out: Path, losses: Losses) -> str:
    items = sum(len(one.items) for one in found) - losses.left_out
    return f"{out}: {items} items in {len(found)} categories"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None


def _write(data: bytes, out: Path) -> None:
    if out.is_dir():
        raise UsageError(f"{out} is a folder.", fix="Give the name of the file to write.")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, [data])
