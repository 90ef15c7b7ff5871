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
    with errors_as_sentences(lang):
        from ..home.hints import HEADING, next_hint, what_follows

        loaded = course_at(course)
        found = loaded.exercise(exercise)
        number, text = next_hint(loaded, found, from_start=from_start)
        heading = HEADING.filled(number=number, count=len(found.hints))
        print(f"{exercise}: {' '.join(heading.lines(lang))}")
        for line in (*text.lines(lang), *what_follows(found, number).lines(lang)):
            print(f"  {line}")


def watch(context: typer.Context, course: CourseOption = None, lang: LanguageOption = Language.BOTH) -> None:
    """Run a topic's visible checks again whenever you save one of its files. Stop it with Ctrl-C.

    Other arguments are passed to pytest.
    """
    with errors_as_sentences(lang):
        from ..home.watch import watch_course

        watch_course(course_at(course), context.args, lang)
