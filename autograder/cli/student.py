"""The commands `hint` and `watch`, for students."""

from typing import Annotated

import typer

from ..text import Language
from .shared import CourseOption, LanguageOption, course_at, errors_as_sentences


def hint(
    exercise: Annotated[str, typer.Argument(help="Name of the exercise.")],
    from_start: Annotated[bool, typer.Option("--from-start", help="Start again with the first hint.")] = False,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Show the next hint for an exercise. Each call shows one more hint.

    Exit status: 0 a hint was shown; 2 usage or course error.
    """
    with errors_as_sentences():
        from ..home.hints import next_hint

        loaded = course_at(course)
        found = loaded.exercise(exercise)
        number, text = next_hint(loaded, found, from_start=from_start)
        print(f"{exercise}: hint {number} of {len(found.hints)}")
        for line in text.lines(lang):
            print(f"  {line}")


def watch(context: typer.Context, course: CourseOption = None) -> None:
    """Run a topic's visible checks again whenever you save one of its files. Stop it with Ctrl-C.

    Other arguments are passed to pytest.
    """
    with errors_as_sentences():
        from ..home.watch import watch_course

        watch_course(course_at(course), context.args)
