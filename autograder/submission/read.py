"""Files to topics: what a student handed in for each topic, or why it cannot be read."""

import ast
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from ..course import Course, Topic
from ..errors import SubmissionError, UsageError
from ..results import Problem
from ..source import Source, Unreadable, decode, syntax_problem
from ..text import Text
from .gather import Files, gather
from .notebook import code_cells

COPY_MARK = re.compile(r"(\s*\(\d+\)|[-_ ]copy|[-_]\d+)$")  # "losses (1).py", "losses-2.py", "losses copy.py"
MAX_COMPANION = 1 << 20  # bytes of a helper file beside a topic's own
NOTEBOOK = ".ipynb"


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One student's work, by topic folder name. A topic without an entry was not handed in."""

    id: str
    content_hash: str
    sources: Mapping[str, Source | Unreadable]
    problems: tuple[Problem, ...]


def find_submissions(path: Path, course: Course) -> list[Path]:
    """The submissions at `path`: itself, or each entry of a folder of submissions."""
    if not path.exists():
        raise UsageError(f"{path} does not exist.")
    if path.is_file() or _is_one_submission(path, course):
        return [path]
    entries = [entry for entry in sorted(path.iterdir()) if not entry.name.startswith((".", "__"))]
    if not entries:
        raise UsageError(f"{path} is empty: there is nothing to grade.")
    return entries


def open_submission(path: Path, course: Course) -> Submission:
    """Read a submission. Raises SubmissionError where nothing in it can be read or belongs to the course."""
    files, problems = gather(path)
    sources: dict[str, Source | Unreadable] = {}
    for topic in course.topics:
        found = _for_topic(topic, files, problems)
        if found is not None:
            sources[topic.name] = found
    unclaimed = [] if sources else _by_definitions(course, files, sources, problems)
    if not sources:
        raise _nothing(path, course, unclaimed)
    for name, source in sources.items():
        if isinstance(source, Unreadable):
            file = course.topic(name).filename
            problems.append(Problem(file=file, sentence=source.sentence, line=source.line))
    return Submission(
        id=path.stem if path.is_file() else path.name,
        content_hash=_hash(files),
        sources=sources,
        problems=tuple(problems),
    )


def _is_one_submission(folder: Path, course: Course) -> bool:
    """Whether the folder itself holds a topic's folder or file, rather than other people's submissions."""
    folders = {topic.name for topic in course.topics}
    stems = {topic.module for topic in course.topics}
    for entry in folder.iterdir():
        if entry.is_dir() and (entry.name in folders or entry.name == "exercises"):
            return True
        if (
            entry.is_file()
            and entry.suffix.lower() in (".py", NOTEBOOK, ".txt")
            and _stem(PurePosixPath(entry.name)) in stems
        ):
            return True
    return False


def _stem(path: PurePosixPath) -> str:
    """losses, for "01/Losses (1).py"."""
    name = path.name
    while name.lower().endswith((".py", NOTEBOOK, ".txt")):
        name = name.rsplit(".", 1)[0]
    while (shorter := COPY_MARK.sub("", name)) != name:
        name = shorter
    return name.lower()


def _for_topic(topic: Topic, files: Files, problems: list[Problem]) -> Source | Unreadable | None:
    """The topic's file: by its folder and name, else by its name alone. Of several, the best match is taken."""
    candidates = [path for path in files if _stem(path) == topic.module]
    python = [path for path in candidates if path.suffix.lower() in (".py", NOTEBOOK)]
    if not python:
        if candidates:
            sentence = Text(
                f"This is not a Python file. Rename it to {topic.filename}.",
                f"这不是 Python 文件，请改名为 {topic.filename}。",
            )
            return Unreadable(sentence)
        return None
    ranked = sorted(
        python, key=lambda path: (path.name != topic.filename, topic.name not in path.parts, len(path.parts), str(path))
    )
    for other in ranked[1:]:
        sentence = Text(f"Not used: {ranked[0]} was taken.", f"未使用：采用了 {ranked[0]}。")
        problems.append(Problem(file=str(other), sentence=sentence))
    return _source(topic, ranked[0], files, problems)


def _source(topic: Topic, path: PurePosixPath, files: Files, problems: list[Problem]) -> Source | Unreadable:
    if path.suffix.lower() == NOTEBOOK:
        cells = code_cells(files[path], path.name)
        if isinstance(cells, Unreadable):
            return cells
        problems += cells[1]
        return Source(filename=topic.filename, chunks=cells[0])
    code = decode(files[path])
    if isinstance(code, Unreadable):
        return code
    problem = syntax_problem(code)
    if problem is not None:
        return problem
    return Source(filename=topic.filename, chunks=((topic.filename, code),), files=_companions(topic, path, files))


def _companions(topic: Topic, path: PurePosixPath, files: Files) -> dict[str, bytes]:
    """Other files of the folder that the topic's file may import or read; checks and bytecode are not among them."""
    return {
        other.name: data
        for other, data in files.items()
        if other.parent == path.parent
        and other != path
        and not other.name.startswith(("test_", ".", "conftest"))
        and other.suffix in (".py", ".txt", ".json", ".csv")
        and other.name != topic.filename
        and len(data) <= MAX_COMPANION
    }


def _by_definitions(
    course: Course, files: Files, sources: dict[str, Source | Unreadable], problems: list[Problem]
) -> list[str]:
    """Files with names of their own: each belongs to the topics whose exercises it defines. Returns what stays unclaimed."""
    unclaimed = []
    for path in files:
        if path.suffix.lower() not in (".py", NOTEBOOK):
            unclaimed.append(str(path))
            continue
        names = _definitions(path, files)
        if isinstance(names, Unreadable):
            unclaimed.append(f"{path} ({names.sentence.en})")
            continue
        topics = [topic for topic in course.topics if names & {exercise.name for exercise in topic.exercises}]
        for position, topic in enumerate(topics):
            sources.setdefault(topic.name, _source(topic, path, files, problems if position == 0 else []))
        if not topics:
            unclaimed.append(str(path))
    return unclaimed


def _definitions(path: PurePosixPath, files: Files) -> set[str] | Unreadable:
    if path.suffix.lower() == NOTEBOOK:
        cells = code_cells(files[path], path.name)
        if isinstance(cells, Unreadable):
            return cells
        code = "\n".join(cell for _, cell in cells[0])
    else:
        text = decode(files[path])
        if isinstance(text, Unreadable):
            return text
        code = text
    problem = syntax_problem(code)
    if problem is not None:
        return problem
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.parse(code).body if isinstance(node, kinds)}


def _nothing(path: Path, course: Course, unclaimed: Sequence[str]) -> SubmissionError:
    example = course.topics[0]
    found = (
        f" It holds {', '.join(unclaimed[:5])}{', …' if len(unclaimed) > 5 else ''}." if unclaimed else " It is empty."
    )
    return SubmissionError(
        f"{path.name} holds no file of this course.{found}",
        fix=f"Expected files such as {example.name}/{example.filename}.",
    )


def _hash(files: Files) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
