"""The commands `questions export` and `questions import`: quizzes to and from Moodle, GIFT and Canvas."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..course.model import Course, Topic
from ..errors import UsageError
from ..text import Language, printable
from .shared import CourseOption, course_at, errors_as_sentences

if TYPE_CHECKING:
    from types import ModuleType

    from ..quiz.exchange.item import Losses

questions = typer.Typer(help="Export and import quiz questions: Moodle, GIFT, Canvas.", no_args_is_help=True)


class ExportFormat(StrEnum):
    """The format to write."""

    moodle = "moodle"
    gift = "gift"
    qti = "qti"


class ImportFormat(StrEnum):
    """The format to read."""

    moodle = "moodle"
    gift = "gift"


@questions.command("export")
def export_questions(
    out: Annotated[
        Path, typer.Option("--out", help="The file to write. For qti: a folder, which gets one zip per topic.")
    ],
    format: Annotated[ExportFormat, typer.Option("--format", help="Moodle XML, GIFT, or Canvas QTI.")],
    topic: Annotated[list[str] | None, typer.Argument(help="Topics. Default: all that have a quiz.")] = None,
    variants: Annotated[
        int, typer.Option("--variants", min=1, max=1000, help="Number of items for each question with drawn numbers.")
    ] = 20,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the questions.")] = Language.EN,
    course: CourseOption = None,
) -> None:
    """Write quizzes with their keys for another system. Needs solutions/: an instructor's command.

    Anything that the format cannot represent is listed on stderr with the reason.
    """
    with errors_as_sentences():
        files = _files()
        loaded = course_at(course)
        losses = files.Losses()
        export = files.EXPORTS[format.value]
        for line in export(loaded, _topics(loaded, topic), out, language=lang, variants=variants, losses=losses):
            print(line)
        _tell(losses)


@questions.command("import")
def import_questions(
    file: Annotated[Path, typer.Argument(help="Moodle XML or GIFT.")],
    topic: Annotated[str, typer.Option("--topic", help="The topic that the questions are for.")],
    out: Annotated[
        Path, typer.Option("--out", help="Folder for quiz.yaml and quiz_key.yaml. It must not contain them yet.")
    ],
    format: Annotated[
        ImportFormat | None,
        typer.Option("--format", help="The format. Default: moodle if the name ends in .xml, else gift."),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Read questions of another system into quiz.yaml and quiz_key.yaml, with ids that the course does not use yet.

    Both languages get the same text: translate one of them. Questions that cannot be imported are listed on stderr
    with the reason.
    """
    with errors_as_sentences():
        files = _files()
        loaded = course_at(course)
        losses = files.Losses()
        kind = format.value if format else ("moodle" if file.suffix.lower() == ".xml" else "gift")
        for line in files.import_file(file, kind, loaded, loaded.topic(topic), out, losses):
            print(line)
        _tell(losses)


def _topics(course: Course, names: Iterable[str] | None) -> list[Topic]:
    topics = [course.topic(name) for name in names or ()] or [topic for topic in course.topics if topic.quiz_points]
    without = [topic.name for topic in topics if not topic.quiz_points]
    if without or not topics:
        raise UsageError(f"There is no quiz in {', '.join(without) or 'the course'}.")
    return topics


def _tell(losses: "Losses") -> None:
    for line in losses.lines():
        print(printable(line), file=sys.stderr)


def _files() -> "ModuleType":
    try:
        from ..quiz.exchange import files
    except ImportError as error:
        raise UsageError(
            f"Exchanging questions needs more libraries: {error}.", fix="pip install 'torchstone[exchange]'"
        ) from None
    return files
