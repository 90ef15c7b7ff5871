"""Reads and writes the files of the command line. A file is written completely or not at all."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...course.model import QUIZ, QUIZ_KEY, Course, Topic
from ...errors import UsageError
from ...open_file import LeftOut, read_file
from ...results.files import write_whole
from ...text import Language
from ..load import load_quizzes
from .gift import encode_gift
from .gift_reading import read_gift
from .incoming import fresh_ids, questions_of, write_quiz
from .item import Category, Losses
from .moodle import encode_moodle
from .moodle_reading import read_moodle
from .outgoing import categories
from .qti import encode_qti
from .reading import MAX_BYTES


def export_moodle(
    course: Course, topics: Sequence[Topic], out: Path, *, language: Language, variants: int, losses: Losses
) -> Iterator[str]:
    """Write the quizzes of all topics to one file. Yield a line about it."""
    exported = list(categories(course, topics, language=language, variants=variants, losses=losses))
    _write(encode_moodle(exported, losses), out)
    yield _counted(exported, out, losses)


def export_gift(
    course: Course, topics: Sequence[Topic], out: Path, *, language: Language, variants: int, losses: Losses
) -> Iterator[str]:
    """Write the quizzes of all topics to one file. Yield a line about it."""
    exported = list(categories(course, topics, language=language, variants=variants, losses=losses))
    _write(encode_gift(exported, losses), out)
    yield _counted(exported, out, losses)


def export_qti(
    course: Course, topics: Sequence[Topic], out: Path, *, language: Language, variants: int, losses: Losses
) -> Iterator[str]:
    """Write a zip for each topic into the folder `out`. Yield a line for each zip."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file.", fix="Give a folder: each topic gets a zip of its own.")
    for topic in topics:
        drawn = categories(course, [topic], language=language, variants=variants, losses=losses)
        exported = list(drawn)
        data = encode_qti(_title_of(exported[0]), exported, losses)
        if data is not None:
            target = out / f"{topic.name}.zip"
            _write(data, target)
            yield f"{target}: {len(exported)} categories"


def import_file(file: Path, kind: str, course: Course, topic: Topic, out: Path, losses: Losses) -> Iterator[str]:
    """Read a file into quiz.yaml and quiz_key.yaml below `out`. Raise UsageError if no question can be read."""
    for name in (QUIZ, QUIZ_KEY):
        if (out / name).exists():
            raise UsageError(f"{out / name} exists.", fix="Give a folder without one, and join the files by hand.")
    reader = READERS[kind]
    items = list(reader(_read(file), str(file), losses))
    used_ids = _question_ids(course) if items else []
    number = topic.name.split("_")[0]
    prefix = f"q{number}" if number.isdigit() else topic.module
    imported = questions_of(items, fresh_ids(prefix, used_ids), losses)
    if not imported:
        reasons = "".join(f"\n{line}" for line in losses.lines())
        raise UsageError(f"{file} holds no question that can be imported.{reasons}")
    out.mkdir(parents=True, exist_ok=True)
    write_quiz(imported, out)
    first, last = imported[0][0].id, imported[-1][0].id
    yield f"{out / QUIZ} and {QUIZ_KEY}: {len(imported)} questions, {first} to {last}"
    yield "Both languages have the same text: translate one of them."


EXPORTS = {"moodle": export_moodle, "gift": export_gift, "qti": export_qti}
READERS = {"moodle": read_moodle, "gift": read_gift}


def _question_ids(course: Course) -> list[str]:
    ids = []
    for quiz in load_quizzes(course).values():
        ids += [question.id for question in quiz.questions]
    return ids


def _title_of(category: Category) -> str:
    """Return the title of the category's topic. Variants of a question are a category below it."""
    return category.path[-2] if category.is_variants else category.path[-1]


def _counted(exported: Sequence[Category], out: Path, losses: Losses) -> str:
    items = sum(len(category.items) for category in exported) - losses.left_out
    return f"{out}: {items} items in {len(exported)} categories"


def _read(file: Path) -> bytes:
    if not file.exists():
        raise UsageError(f"{file} cannot be read: it does not exist.")
    data = read_file(file, MAX_BYTES, follows_links=True)
    if isinstance(data, LeftOut):
        raise UsageError(f"{file} cannot be read: {data.reason.en}.")
    return data


def _write(data: bytes, out: Path) -> None:
    if out.is_dir():
        raise UsageError(f"{out} is a folder.", fix="Give the name of the file to write.")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, [data])
