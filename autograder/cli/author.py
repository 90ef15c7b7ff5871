"""The commands `stubs`, `verify`, `mutate` and `find-equivalents`, for authors of a course."""

from typing import Annotated

import typer

from .shared import CourseOption, course_at, errors_as_sentences, fix_environment


def stubs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing. Exit with 1 if a stub is out of date.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Write the students' stubs from the reference solutions.

    Writes the stubs below exercises/ and prints the name of each changed file.

    Exit status: 0 done; 1 --check found a stub that is out of date; 2 usage or course error.
    """
    with errors_as_sentences():
        from ..course.stubs import stale_stubs, write_stubs

        loaded = course_at(course)
        names = stale_stubs(loaded) if check else write_stubs(loaded)
        for name in names:
            print(f"{name} {'is out of date' if check else 'written'}")
        raise typer.Exit(1 if check and names else 0)


def verify(
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="Verify only this topic. Repeat the option for more topics.")
    ] = None,
    sample: Annotated[int, typer.Option("--mutants", min=0, help="Number of mutants to try per exercise.")] = 5,
    course: CourseOption = None,
) -> None:
    """Check the course itself: stubs, references, misconceptions, hints, languages and examples.

    Prints each finding and writes nothing.

    Exit status: 0 no findings; 1 at least one finding; 2 usage or course error.
    """
    with errors_as_sentences():
        fix_environment()
        from ..authoring.commands import run_verify

        raise typer.Exit(run_verify(course_at(course), topic or [], sample))


def mutate(
    exercises: Annotated[list[str] | None, typer.Argument(help="Names of exercises. Default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Test the hidden checks: change one place in a reference solution and see if a check fails.

    Prints the detection rate of each exercise and the changes that no check detected.

    Exit status: 0 every exercise reaches 98 %; 1 at least one exercise is below 98 %; 2 usage or course error.
    """
    with errors_as_sentences():
        fix_environment()
        from ..authoring.commands import run_mutate

        raise typer.Exit(run_mutate(course_at(course), exercises or []))


def find_equivalents(
    exercises: Annotated[list[str], typer.Argument(help="Names of exercises.")],
    course: CourseOption = None,
) -> None:
    """Find torch functions that solve an exercise in one call, so that its list of banned names can be completed.

    Calls torch's public functions on the inputs of the checks, in the sandbox. Lists those that give the reference's
    answer, or one item of it, in at least 3 calls, and says which are banned. In the table, a, b and c are the
    tensors among the exercise's arguments, in their order.

    Exit status: 0 done; 2 usage or course error.
    """
    with errors_as_sentences():
        fix_environment()
        from ..authoring.commands import run_find_equivalents

        run_find_equivalents(course_at(course), exercises)
