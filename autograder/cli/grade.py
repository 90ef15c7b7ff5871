"""The command `grade`."""

from pathlib import Path
from typing import Annotated

import typer

from ..course.reveal import Reveal
from ..text import Language
from .shared import CourseOption, IsolationOption, LanguageOption, course_at, errors_as_sentences, fix_environment


def grade(
    paths: Annotated[list[Path], typer.Argument(help="A submission (folder, .zip, .py, .ipynb), or a folder of them.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for the results: one JSON file for each submission. Optional if you give a --report.",
        ),
    ] = None,
    course: CourseOption = None,
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="Grade only this topic. Repeat the option for more topics.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", min=1, help="Number of grader processes. Default: one per core, fewer for a small class."
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Grade on a Dask cluster. Give its scheduler's tls:// address.",
        ),
    ] = None,
    insecure_cluster: Annotated[
        bool,
        typer.Option(
            "--insecure-cluster",
            help="Accept a tcp:// address of another machine. Whoever can reach the scheduler can then run code "
            "on this machine as you, and read the solutions. See docs/cluster.md.",
        ),
    ] = False,
    reveal: Annotated[
        Reveal | None,
        typer.Option("--reveal", help="How much reports show of hidden checks. Default: the setting in course.toml."),
    ] = None,
    isolation: Annotated[
        IsolationOption,
        typer.Option(
            "--isolation",
            help="The least isolation that you accept. Without it, nothing is graded. See `autograder doctor`.",
        ),
    ] = IsolationOption.strict,
    never_lower: Annotated[
        bool,
        typer.Option("--never-lower", help="If a submission has not changed, keep the better mark of each exercise."),
    ] = False,
    lang: LanguageOption = Language.BOTH,
    single: Annotated[
        bool,
        typer.Option(
            "--single", help="Treat the path as one submission, even if it looks like a folder of submissions."
        ),
    ] = False,
    report: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="NAME=FILE",
            help="Also write a report, such as junit=FILE. Repeat the option for more reports. An unknown name lists all names.",
        ),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            metavar="PERCENT",
            min=0,
            max=100,
            help="Exit with 3 if a submission has less than this percentage of the points.",
        ),
    ] = None,
) -> None:
    """Grade submissions with the hidden checks, in sandboxed processes.

    Writes one JSON result per submission to --out. For a single submission, it also prints the full result.
    You can stop a run and start it again: it keeps finished results of unchanged submissions. In a changed submission,
    it grades again only the exercises whose files or checks changed.

    Exit status: 0 all graded; 1 some submissions could not be read; 2 usage or course error, or a broken check; 3 all
    graded, and at least one is below --fail-under.
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
            insecure_cluster=insecure_cluster,
            reveal=reveal,
            isolation=isolation.value,
            never_lower=never_lower,
            language=lang,
            is_single=single,
            reports=report or [],
            fail_under=fail_under,
        )
        raise typer.Exit(run_grading(course_at(course), options))
