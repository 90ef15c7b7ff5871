"""`autograder gradescope`: the zip for Gradescope's autograder."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import CourseOption, IsolationOption, course_at, errors_as_sentences

app = typer.Typer(help="Build the zip for Gradescope's autograder.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Build the zip for Gradescope's autograder."""


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", help="The zip to write.")],
    topic: Annotated[
        list[str] | None, typer.Option("--topic", help="Only this topic. Repeat the option for more topics.")
    ] = None,
    torch_index: Annotated[
        str,
        typer.Option(
            "--torch-index",
            metavar="URL",
            help="Where pip finds torch's CPU builds, as pytorch.org's \"Get started\" page names it; without it, pip "
            "takes the build of its own index, which on Linux carries CUDA.",
        ),
    ] = "",
    isolation: Annotated[
        IsolationOption,
        typer.Option("--isolation", help="The least isolation that you accept in Gradescope's container."),
    ] = IsolationOption.strict,
    course: CourseOption = None,
) -> None:
    """Write the zip to upload to Gradescope: scripts, the engine, the course and the versions of the packages."""
    with errors_as_sentences():
        from ..integrations.gradescope.bundle import pack
        from ..results.files import write_whole

        loaded = course_at(course)
        topics = [loaded.topic(name).name for name in topic or []] or [found.name for found in loaded.topics]
        data = pack(loaded, topics, ["--isolation", isolation.value], torch_index)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, [data])
        print(f"{out}: {len(topics)} topics, {len(data) / 2**20:.1f} MiB. It holds the solutions: keep it to yourself.")
