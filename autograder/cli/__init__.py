"""The command line: chooses, shows, and turns errors into sentences. A command imports what it needs when it runs.

grading_run  the command `grade`
regrade      the command `diff`
quiz         the command `quiz`
exchange     the commands `questions export` and `questions import`
release      the commands `release` and `update`
notebooks    the command `notebooks build`
nbgrader     the commands `nbgrader grade` and `export nbgrader`
gradescope   the command `gradescope build`
ci           the command `ci`
shared       options, and errors as sentences
"""

from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from ..course.reveal import Reveal
from ..text import Language
from . import gradescope, notebooks, regrade, release
from .ci import ci
from .exchange import questions
from .nbgrader import export_app, nbgrader_app
from .quiz import quiz
from .shared import CourseOption, IsolationOption, LanguageOption, course_at, errors_as_sentences, fix_environment

STUDENTS, INSTRUCTORS, AUTHORS = "For students", "For instructors", "For authors of a course"

app = typer.Typer(
    help="Deep-learning exercises that grade themselves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(gradescope.app, rich_help_panel=INSTRUCTORS, name="gradescope")
app.add_typer(nbgrader_app, rich_help_panel=INSTRUCTORS, name="nbgrader")
app.add_typer(export_app, rich_help_panel=INSTRUCTORS, name="export")
app.add_typer(notebooks.app, rich_help_panel=INSTRUCTORS, name="notebooks")
app.command(rich_help_panel=INSTRUCTORS)(ci)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"autograder {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Deep-learning exercises that grade themselves."""


@app.command(rich_help_panel=INSTRUCTORS)
def grade(
    paths: Annotated[list[Path], typer.Argument(help="A submission (folder, .zip, .py, .ipynb), or a folder of them.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the results: one JSON file for each submission. With a --report it may be left out.",
        ),
    ] = None,
    course: CourseOption = None,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="Grader processes; default: one a core, fewer for a small class."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster", metavar="ADDRESS", help="Grade on a Dask cluster: its scheduler's tcp:// or tls:// address."
        ),
    ] = None,
    reveal: Annotated[
        Reveal | None,
        typer.Option("--reveal", help="How much students are told of hidden checks; default: what course.toml says."),
    ] = None,
    isolation: Annotated[
        IsolationOption,
        typer.Option("--isolation", help="Grade nothing on a machine that gives less; see `autograder doctor`."),
    ] = IsolationOption.strict,
    never_lower: Annotated[
        bool,
        typer.Option("--never-lower", help="An exercise of an unchanged submission keeps an earlier, better mark."),
    ] = False,
    lang: LanguageOption = Language.BOTH,
    single: Annotated[
        bool, typer.Option("--single", help="The path is one submission, whatever its folders look like.")
    ] = False,
    report: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="NAME=FILE",
            help="Also write a report, such as junit=FILE; may be repeated. A name that is none shows which there are.",
        ),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=100, help="Exit with 3 below so many points."),
    ] = None,
) -> None:
    """Grade submissions with the hidden checks, each in sandboxed processes.

    Can be stopped and run again: finished, unchanged submissions are kept, and of the others every exercise whose file
    and checks are as they were. A single submission is shown in full.
    Exit status: 0 all graded, 1 some could not be read, 2 usage or course error (a broken check is one), 3 all graded
    and at least one below --fail-under.
    """
    with errors_as_sentences():
        fix_environment()
        from .grading_run import GradingOptions, run_grading

        options = GradingOptions(
            paths=paths,
            topics=topic or [],
            out=out,
            jobs=jobs,
            cluster=cluster,
            reveal=reveal,
            isolation=isolation.value,
            never_lower=never_lower,
            language=lang,
            is_single=single,
            reports=report or [],
            fail_under=fail_under,
        )
        raise typer.Exit(run_grading(course_at(course), options))


@app.command(rich_help_panel=AUTHORS)
def stubs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 where a stub is out of date.")] = False,
    course: CourseOption = None,
) -> None:
    """Write the students' stubs from the references."""
    with errors_as_sentences():
        from ..course.stubs import stale_stubs, write_stubs

        loaded = course_at(course)
        names = stale_stubs(loaded) if check else write_stubs(loaded)
        for name in names:
            print(f"{name} {'is out of date' if check else 'written'}")
        raise typer.Exit(1 if check and names else 0)


@app.command(rich_help_panel=STUDENTS)
def hint(
    exercise: Annotated[str, typer.Argument(help="The exercise's name.")],
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the first hint again.")] = False,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Show the next hint for an exercise, one at a time."""
    with errors_as_sentences():
        from ..home.hints import next_hint

        loaded = course_at(course)
        found = loaded.exercise(exercise)
        number, text = next_hint(loaded, found, from_start=from_start)
        print(f"{exercise}: hint {number} of {len(found.hints)}")
        for line in text.lines(lang):
            print(f"  {line}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, rich_help_panel=STUDENTS)
def watch(context: typer.Context, course: CourseOption = None) -> None:
    """Re-run a topic's visible checks whenever one of its files is saved. Further arguments go to pytest."""
    with errors_as_sentences():
        from ..home.watch import watch_course

        watch_course(course_at(course), context.args)


@app.command(rich_help_panel=AUTHORS)
def verify(
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")] = None,
    sample: Annotated[int, typer.Option("--mutants", min=0, help="Mutants to try for each exercise.")] = 5,
    course: CourseOption = None,
) -> None:
    """The course grades itself: stubs, references, misconceptions, hints, languages, examples. Exit 1 on a finding."""
    with errors_as_sentences():
        fix_environment()
        from ..authoring.commands import run_verify

        raise typer.Exit(run_verify(course_at(course), topic or [], sample))


@app.command(rich_help_panel=AUTHORS)
def mutate(
    exercises: Annotated[list[str] | None, typer.Argument(help="Exercises; default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Change references at one point and see whether the hidden checks notice. Exit 1 below 98 % for an exercise."""
    with errors_as_sentences():
        fix_environment()
        from ..authoring.commands import run_mutate

        raise typer.Exit(run_mutate(course_at(course), exercises or []))


app.command(rich_help_panel=STUDENTS)(quiz)
app.add_typer(questions, rich_help_panel=INSTRUCTORS, name="questions")


@app.command(rich_help_panel=INSTRUCTORS)
def doctor() -> None:
    """Try what student code must not be able to do on this machine, and say which isolation it gives.

    Exit status: 0 strict isolation, 1 less than that, 2 no grading at all.
    """
    with errors_as_sentences():
        from rich.console import Console

        from ..sandbox.doctor import run_doctor

        raise typer.Exit(run_doctor(Console()))


for command in (regrade.diff, release.release):
    app.command(rich_help_panel=INSTRUCTORS)(command)
app.command(rich_help_panel=STUDENTS)(release.update)
