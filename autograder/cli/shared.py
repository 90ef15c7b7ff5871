"""Options that several commands share, and errors as sentences."""

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..course.model import Course, find_course, load_course
from ..errors import AutograderError
from ..sandbox.environment import HASH_SEED, ONE_THREAD
from ..text import Language, Text

STOPPED = Text(
    "stopped. What was finished is kept; run the same command to go on.",
    "已中断。完成的部分已保存，再运行同一条命令即可继续。",
)


class IsolationOption(StrEnum):
    """`sandbox.level.Level`, without importing torch for `--help`."""

    strict = "strict"
    basic = "basic"


CourseOption = Annotated[
    Path | None, typer.Option("--course", help="Folder of course.toml. Default: the nearest one, from here upwards.")
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of what students read.")]


def fix_environment() -> None:
    """Set the environment variables before torch is imported. Restart Python if its hash seed is another one."""
    os.environ.update(ONE_THREAD)
    if not HASH_SEED.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **HASH_SEED})
    atexit.register(gc.freeze)  # Python's last collections would look through all of torch, for half a second


@contextmanager
def errors_as_sentences(language: Language = Language.EN) -> Iterator[None]:
    """Print our errors as sentences instead of tracebacks. The error's class sets the exit status.

    language: the student's; commands of instructors and authors report in English.
    """
    try:
        yield
    except AutograderError as error:
        for line in error.sentence.lines(language):
            print(f"autograder: {line}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        print(file=sys.stderr)
        for line in STOPPED.lines(language):
            print(f"autograder: {line}", file=sys.stderr)
        raise typer.Exit(130) from None


def course_at(folder: Path | None) -> Course:
    """Return the course that the option names, or the nearest course in this folder and its parents."""
    return load_course(find_course(folder or Path.cwd()))
