"""Which files a release holds: the chosen topics of exercises/, and the little that makes them work on their own."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

import msgspec
import yaml

from ..course.model import ENGINE, MANIFEST, Course
from ..errors import CourseError, UsageError
from ..quiz.kinds import question_type
from ..text import Language
from .manifest import ANSWERS

TEMPLATES = ENGINE / "release" / "student"
QUIZ = "quiz.yaml"
CHINESE = "中文"  # how the Chinese part of a docstring begins
BETWEEN = "\n---\n"  # what stands between the two languages of a topic's guide


def chosen_topics(course: Course, names: Sequence[str]) -> tuple[str, ...]:
    """Folder names, in order; of all topics, quizzes alone included, where none is named. Raises UsageError."""
    folders = sorted(
        path.name
        for path in (course.root / "exercises").iterdir()
        if (path / "topic.toml").is_file() or (path / QUIZ).is_file()
    )
    chosen = set()
    for name in names:
        found = [folder for folder in folders if _is_called(folder, name)]
        if not found:
            raise UsageError(f"There is no topic {name}.", fix=f"There are {', '.join(folders)}.")
        chosen |= set(found)
    return tuple(folder for folder in folders if not names or folder in chosen)


def _is_called(folder: str, name: str) -> bool:
    number, _, module = folder.partition("_")
    return name in (folder, module) or (name.isdigit() and number.isdigit() and int(name) == int(number))


def release_files(
    course: Course, topics: Sequence[str], language: Language, wheel: tuple[str, bytes], commitment: str
) -> dict[str, bytes]:
    """Path -> content, without the manifest."""
    files = {MANIFEST: (course.root / MANIFEST).read_bytes(), f"wheels/{wheel[0]}": wheel[1]}
    for topic in topics:
        for path in _files_below(course.root / "exercises" / topic):
            name = path.relative_to(course.root).as_posix()
            files[name] = in_language(path.name, path.read_bytes(), language)
            if path.name == QUIZ:
                _refuse_keys(path, files[name])
    known = {topic.name: topic for topic in course.topics if topic.exercises}
    example = next((known[name] for name in topics if name in known), None)
    words = {
        "version": course.version,
        "wheel": wheel[0],
        "engine": wheel[0].split("-")[1],
        "language": language.value,
        "title_en": course.title.en,
        "title_zh": course.title.zh,
        "folder": f"exercises/{example.name}" if example else "exercises",
        "exercise": example.exercises[0].name if example else "NAME",
        "commitment": commitment,
    }
    return {**files, **_made(words, language)}


def _made(words: dict[str, str], language: Language) -> dict[str, bytes]:
    """The files that are written from templates."""
    parts = [
        f"README.{code}.md"
        for code in ("en", "zh")
        if language in (Language.BOTH, Language(code))
    ]  # fmt: skip
    readme = "\n---\n\n".join(_fill(part, words) for part in parts)
    if words["commitment"]:
        texts = [_fill(part.replace("README", "commitment"), words) for part in parts]
        readme = "\n".join([readme, *texts])
    made = {"README.md": readme}
    for name, path in (
        ("pyproject", "pyproject.toml"),
        ("requirements", "requirements.txt"),
        ("gitignore", ".gitignore"),
        ("exercises.yml", ".github/workflows/exercises.yml"),
    ):
        made[path] = _fill(name, words)
    return {path: text.encode() for path, text in made.items()}


def _fill(template: str, words: dict[str, str]) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


def _files_below(folder: Path) -> Iterator[Path]:
    """What an author put there, without what tools and quiz answers leave behind."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part == "__pycache__" for part in parts) or path.name == ANSWERS:
            continue
        if path.is_symlink():
            raise CourseError(f"{path} is a link.", fix="A release holds files only: put a copy in its place.")
        if path.is_file():
            yield path


def _refuse_keys(path: Path, data: bytes) -> None:
    """A question that says more than a question may, such as its answer, is no question."""
    try:
        msgspec.convert(yaml.safe_load(data), list[question_type()])  # type: ignore[misc]
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise CourseError(f"{path}: {error}.") from None


def in_language(name: str, data: bytes, language: Language) -> bytes:
    """For English alone: docstrings without their Chinese paragraph, guides without their Chinese half.

    The Chinese parts lean on the English ones, on formulas, shapes and commands, and so a Chinese release keeps both.
    """
    if language is not Language.EN or not name.endswith((".py", ".md")):
        return data
    text = data.decode("utf-8")
    if name.endswith(".md"):
        return (text.split(BETWEEN)[0].rstrip() + "\n").encode() if BETWEEN in text else data
    return _without_chinese(text).encode()


def _without_chinese(code: str) -> str:
    lines = code.splitlines(keepends=True)
    for node in reversed([*ast.walk(ast.parse(code))]):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            first, last = node.body[0].lineno - 1, (node.body[0].end_lineno or 0) - 1
            start = next((at for at in range(first, last) if lines[at].strip().startswith(CHINESE)), None)
            if start is not None and lines[last].strip() == '"""':
                while not lines[start - 1].strip():
                    start -= 1
                lines[start:last] = [""] * (last - start)
    return "".join(lines)
