"""Runs a topic's visible checks again whenever one of its files is saved."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from watchfiles import PythonFilter, watch

from ..course.model import Course, Topic
from ..text import Language, Text

WATCHING = Text(
    "Watching {folder}. Save a file to run its checks; Ctrl-C ends.",
    "正在监视 {folder}。保存文件就会运行它的检查，按 Ctrl-C 结束。",
)


def watch_course(course: Course, arguments: Sequence[str], language: Language) -> None:
    """Watch until Ctrl-C. `arguments` are passed to pytest."""
    folder = course.root / "exercises"
    for line in WATCHING.filled(folder=folder).lines(language):
        print(line, flush=True)
    for changes in watch(folder, watch_filter=PythonFilter(), raise_interrupt=False):
        paths = [Path(path) for _, path in changes]
        for topic in touched(course, paths):
            command = [sys.executable, "-m", "pytest", str(topic.exercises_folder), "-q", "--lang", language.value]
            command += arguments
            subprocess.run(command, cwd=course.root, check=False)


def touched(course: Course, paths: Iterable[Path]) -> list[Topic]:
    """Return the topics whose folders hold one of the paths, in the order of the course."""
    folders = {path.resolve().parent.name for path in paths}
    return [topic for topic in course.topics if topic.name in folders]
