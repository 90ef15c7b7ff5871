"""The commands around what students receive: release, update, reveal."""

from pathlib import Path
from typing import Annotated

import typer

from ..text import Language
from .shared import CourseOption, LanguageOption, course_at, errors_as_sentences


def release(
    out: Annotated[Path, typer.Option("--out", help="Folder to write; an older release there is replaced.")],
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")] = None,
    lang: Annotated[
        Language, typer.Option("--lang", help="Language of the README and the messages; en also drops Chinese parts.")
    ] = Language.BOTH,
    as_zip: Annotated[bool, typer.Option("--zip", help="Write OUT.zip as well.")] = False,
    commitment: Annotated[
        bool, typer.Option("--commitment", help="Fix the hidden part by a salted hash; see `autograder reveal`.")
    ] = False,
    wheel: Annotated[
        Path | None, typer.Option("--wheel", help="The engine's wheel; default: built from its checkout.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Write what a student receives: exercises, visible checks, hints, questions, and the engine to install.

    Refused where anything of solutions/ is found in it, compared by content: reference lines, hidden checks,
    misconceptions, answers, also in notebooks, archives, base64 and hex. The same course gives the same bytes.
    """
    with errors_as_sentences():
        from ..release.build import Wanted, build_release, zip_path

        wanted = Wanted(
            out=out,
            topics=tuple(topic or ()),
            language=lang,
            has_zip=as_zip,
            has_commitment=commitment,
            wheel=wheel,
        )
        manifest = build_release(course_at(course), wanted)
        places = f"{out}/ and {zip_path(out)}" if as_zip else f"{out}/"
        print(
            f"{manifest.version}: {len(manifest.topics)} topics, {len(manifest.files)} files. Nothing hidden is in it."
        )
        print(f"Written: {places}")
        if manifest.commitment:
            print(f"Commitment: {manifest.commitment}. Its salt is in solutions/.commitment.json: keep it.")


def reveal(
    release: Annotated[Path, typer.Argument(help="The release, a folder or a zip, that holds the commitment.")],
    out: Annotated[Path | None, typer.Option("--out", help="Zip to write: the hidden files, and the salt.")] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="BUNDLE", help="Prove that this bundle is what was promised.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Publish the hidden part as it was promised by `release --commitment`, or check a published one.

    autograder reveal RELEASE --out BUNDLE.zip

    autograder reveal --check BUNDLE.zip RELEASE
    """
    with errors_as_sentences():
        from ..errors import UsageError
        from ..release import commitment
        from ..release.folder import write_atomically
        from ..release.manifest import read_promise

        if (out is None) == (check is None):
            raise UsageError("Give either --out BUNDLE.zip, to publish, or --check BUNDLE.zip.")
        manifest = read_promise(release)
        if check is not None:
            count = commitment.check_bundle(check, manifest)
            print(f"Proved: {count} files are what {manifest.version} was released with.")
        elif out is not None:
            write_atomically(out, commitment.reveal(course_at(course), manifest))
            print(f"Written: {out}. Who has the release can check it: autograder reveal --check {out} RELEASE")


def update(
    release: Annotated[Path, typer.Argument(help="The later release: a folder or a zip.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Bring a later release into the folder that you work in. What you wrote stays.

    Exercises that you have not touched are replaced, one by one; of what you changed, a copy is kept beside. Answers and
    hints are never touched. Can be stopped and run again.
    """
    with errors_as_sentences():
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
