"""`autograder notebooks`: the course as an nbgrader course folder."""

from pathlib import Path
from typing import Annotated

import typer

from ..text import Language
from .shared import CourseOption, LanguageOption, course_at, errors_as_sentences

app = typer.Typer(help="Notebooks for nbgrader.", no_args_is_help=True)


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", help="The nbgrader course folder; made if it is not there.")],
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")] = None,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Write an nbgrader course: its configuration, and one assignment for each topic, with solutions, below source/.

    The source is for instructors; `nbgrader generate_assignment` makes of it what students get. Building again brings
    it up to date; other files in the folder, and a configuration that is there already, stay as they are.
    """
    with errors_as_sentences():
        from ..integrations.nbgrader.source import build as build_folder

        loaded = course_at(course)
        topics = [loaded.topic(name) for name in topic] if topic else loaded.topics
        for built in build_folder(loaded, topics, out, language=lang):
            state = f"{built.changed} files written" if built.changed else "up to date"
            print(f"{built.topic}: {built.points:g} points, {state}")
