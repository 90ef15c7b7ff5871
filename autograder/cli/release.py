"""The commands `release` and `update`."""

from pathlib import Path
from typing import Annotated

import typer

from ..text import Language
from .shared import CourseOption, LanguageOption, course_at, errors_as_sentences


def release(
    out: Annotated[Path, typer.Option("--out", help="Folder to write. An older release in it is replaced.")],
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Release only this topic. Repeatable.")] = None,
    lang: Annotated[
        Language, typer.Option("--lang", help="Language of README and messages; `en` also drops the Chinese parts.")
    ] = Language.BOTH,
    as_zip: Annotated[bool, typer.Option("--zip", help="Also write OUT.zip.")] = False,
    wheel: Annotated[
        Path | None, typer.Option("--wheel", help="The engine's wheel. Default: build it from the checkout.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write what a student receives: exercises, visible checks, hints, questions, and the engine to install.

    Nothing is written if a file holds something that is hidden in solutions/: a solution, a hidden check, a
    misconception, or a quiz key. Files are compared by content, also in notebooks and zips. The same course always gives
    the same bytes.
    """
    with errors_as_sentences():
        from ..release.build import ReleaseOptions, build_release, zip_path

        options = ReleaseOptions(out=out, topics=tuple(topic or ()), language=lang, has_zip=as_zip, wheel=wheel)
        manifest = build_release(course_at(course), options)
        written = f"{out}/ and {zip_path(out)}" if as_zip else f"{out}/"
        print(f"{manifest.version}: {len(manifest.topics)} topics, {len(manifest.files)} files. No leaks found.")
        print(f"Written: {written}")


def update(
    release: Annotated[Path, typer.Argument(help="The later release: a folder or a zip.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and write nothing.")] = False,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Bring a later release into your working folder. What you wrote stays.

    Exercises that you have not changed are replaced one by one. If a file of yours changes, a copy of it is kept beside
    it. Quiz answers and hints are never changed. You can stop the update and run it again.
    """
    with errors_as_sentences(lang):
        from ..course.model import find_course
        from ..release.manifest import open_release
        from ..release.update import apply_update, plan_update

        folder = find_course(course or Path.cwd())
        plan = plan_update(folder, open_release(release))
        if not dry_run:
            apply_update(folder, plan)
        for change in plan.changes:
            print(change.path)
            for sentence in change.sentences:
                for line in sentence.lines(lang):
                    print(f"  {line}")
        for line in plan.conclusion(is_dry_run=dry_run).lines(lang):
            print(line)
