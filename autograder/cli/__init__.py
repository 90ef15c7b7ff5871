"""The command line: each command reads its options, calls the engine and turns errors into sentences.

This file only assembles the commands. A command imports what it needs when it runs, so that `--help` is fast.

grade        the command `grade`
grading_run  the steps of `grade`: plan, grade, show
diff         the command `diff`
doctor       the command `doctor`
student      the commands `hint` and `watch`
author       the commands `stubs`, `verify`, `mutate` and `find-equivalents`
quiz         the command `quiz`
exchange     the commands `questions export` and `questions import`
release      the commands `release` and `update`
notebooks    the command `notebooks build`
nbgrader     the commands `nbgrader grade` and `export nbgrader`
gradescope   the command `gradescope build`
ci           the command `ci`
shared       shared options, and errors as sentences
"""

from typing import Annotated

import typer

from .. import __version__
from . import author, ci, diff, doctor, exchange, grade, gradescope, nbgrader, notebooks, quiz, release, student

STUDENTS, INSTRUCTORS, AUTHORS = "For students", "For instructors", "For authors of a course"
TO_PYTEST = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="Deep-learning exercises that grade themselves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"autograder {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Deep-learning exercises that grade themselves."""


app.command(rich_help_panel=INSTRUCTORS)(grade.grade)
app.command(rich_help_panel=INSTRUCTORS)(diff.diff)
app.command(rich_help_panel=INSTRUCTORS)(doctor.doctor)
app.command(rich_help_panel=INSTRUCTORS)(ci.ci)
app.command(rich_help_panel=INSTRUCTORS)(release.release)
app.add_typer(gradescope.app, rich_help_panel=INSTRUCTORS, name="gradescope")
app.add_typer(nbgrader.nbgrader_app, rich_help_panel=INSTRUCTORS, name="nbgrader")
app.add_typer(nbgrader.export_app, rich_help_panel=INSTRUCTORS, name="export")
app.add_typer(notebooks.app, rich_help_panel=INSTRUCTORS, name="notebooks")
app.add_typer(exchange.questions, rich_help_panel=INSTRUCTORS, name="questions")

app.command(rich_help_panel=STUDENTS)(quiz.quiz)
app.command(rich_help_panel=STUDENTS)(student.hint)
app.command(rich_help_panel=STUDENTS, context_settings=TO_PYTEST)(student.watch)
app.command(rich_help_panel=STUDENTS)(release.update)

app.command(rich_help_panel=AUTHORS)(author.stubs)
app.command(rich_help_panel=AUTHORS)(author.verify)
app.command(rich_help_panel=AUTHORS)(author.mutate)
app.command(rich_help_panel=AUTHORS, name="find-equivalents")(author.find_equivalents)
