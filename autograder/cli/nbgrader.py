"""`autograder nbgrader …` and `autograder export nbgrader`: grading in an nbgrader course, and into its gradebook."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..course.reveal import Reveal
from ..text import Language
from .shared import CourseOption, IsolationOption, LanguageOption, course_at, errors_as_sentences, fix_environment

nbgrader_app = typer.Typer(help="Grade in an nbgrader course.", no_args_is_help=True)
export_app = typer.Typer(help="Write results into other programs: nbgrader's gradebook.", no_args_is_help=True)

CourseDirOption = Annotated[Path, typer.Option("--course-dir", help="nbgrader's course folder.")]


@nbgrader_app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment: the topic's folder name.")],
    course_dir: CourseDirOption = Path(),
    course: CourseOption = None,
    db: Annotated[
        str | None,
        typer.Option(
            help="The gradebook, such as postgresql+psycopg://user@host/name. Default: nbgrader's own setting."
        ),
    ] = None,
    student: Annotated[
        list[str] | None, typer.Option(help="Only this student. Repeat the option for more students.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Number of grader processes. Default: one per core.")] = None,
    reveal: Annotated[
        Reveal | None, typer.Option(help="How much students see of hidden checks. Default: the setting in course.toml.")
    ] = None,
    isolation: Annotated[
        IsolationOption, typer.Option(help="The least isolation that you accept. See `autograder doctor`.")
    ] = IsolationOption.strict,
    force: Annotated[bool, typer.Option("--force", help="Also grade unchanged submissions again.")] = False,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Grade submitted/<student>/ASSIGNMENT with the hidden checks, and fill in autograded/ and the gradebook.

    No kernel executes a notebook: each student's code runs in sandboxed processes. Late penalties, feedback,
    formgrader and export work as after `nbgrader autograde`. You can stop a run and start it again: it keeps the
    results of unchanged submissions. Exit status: 0 all graded, 1 some could not be read, 2 usage or course error.
    """
    with errors_as_sentences():
        fix_environment()
        from ..grading.settings import Settings
        from ..integrations.nbgrader.folder import open_course_folder
        from ..integrations.nbgrader.grading import NbgraderOptions, run_nbgrader_grading
        from ..sandbox.level import Level

        loaded = course_at(course)
        topic = loaded.topic(assignment)
        options = NbgraderOptions(
            course=loaded,
            topic=topic,
            folder=open_course_folder(course_dir, db),
            settings=Settings(
                topics=(topic.name,),
                reveal=reveal or loaded.reveal.at(datetime.now(UTC)),
                isolation=Level(isolation.value),
            ),
            students=tuple(student or ()),
            jobs=jobs,
            is_forced=force,
            language=lang,
        )
        raise typer.Exit(run_nbgrader_grading(options))


@export_app.command("nbgrader")
def export_nbgrader(
    results: Annotated[Path, typer.Argument(help="A folder of results, written by `autograder grade --out`.")],
    db: Annotated[
        str, typer.Option(help="The gradebook: sqlite:///path/gradebook.db or postgresql+psycopg://user@host/name.")
    ],
    course_dir: Annotated[
        Path | None, typer.Option("--course-dir", help="nbgrader's course folder, for the notebooks that it released.")
    ] = None,
) -> None:
    """Write results that were graded elsewhere into an nbgrader gradebook: an assignment for each topic.

    The command adds missing assignments and students, and keeps points that a person gave. Running it again changes
    nothing.
    """
    with errors_as_sentences():
        from ..integrations.nbgrader.export import export_results

        print(export_results(results, db, course_dir))
