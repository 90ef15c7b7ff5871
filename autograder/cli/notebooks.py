"""`autograder notebooks`: the course as an nbgrader course folder."""

from pathlib import Path
from typing import Annotated

import typer

from ..text import Language
from .shared import CourseOption, LanguageOption, course_at, errors_as_sentences

app = typer.Typer(help="Build notebooks for nbgrader.", no_args_is_help=True)


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", help="The nbgrader course folder. It is made if it does not exist.")],
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="Only this topic. Repeat the option for more topics.")
    ] = None,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Write an nbgrader course: its configuration, and one assignment per topic in source/, with solutions.

    The source is for instructors. `nbgrader generate_assignment` makes the students' notebooks from it. Run the command
    again to bring the source up to date. It keeps other files in the folder, and an existing configuration.
    """
    with errors_as_sentences():
        from ..integrations.nbgrader.source import build as build_folder

        loaded = course_at(course)
        topics = [loaded.topic(name) for name in topic] if topic else loaded.topics
        for built in build_folder(loaded, topics, out, language=lang):
            state = f"{built.changed} files written" if built.changed else "up to date"
            print(f"{built.topic}: {built.points:g} points, {state}")
