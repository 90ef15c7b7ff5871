"""The files of a release: the chosen topics of exercises/, and what they need to work without the author's folder."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Template

import msgspec
import yaml

from ..course.bundle import is_junk
from ..course.model import ENGINE, MANIFEST, QUIZ, Course
from ..errors import CourseError, UsageError
from ..quiz.kinds import question_type
from ..text import Language
from .paths import ANSWERS

TEMPLATES = ENGINE / "release" / "student"
READMES = {
    Language.EN: ("README.en.md",),
    Language.ZH: ("README.zh.md",),
    Language.BOTH: ("README.en.md", "README.zh.md"),
}
PATHS_OF_TEMPLATES = {
    "pyproject": "pyproject.toml",
    "requirements": "requirements.txt",
    "gitignore": ".gitignore",
    "exercises.yml": ".github/workflows/exercises.yml",
}
CHINESE = "中文"  # the Chinese part of a docstring begins with this word
SEPARATOR = "\n---\n"  # between the two languages of a guide


def chosen_topics(course: Course, names: Sequence[str]) -> tuple[str, ...]:
    """Return the folders of the named topics in order, or all folders if there are no names.

    A folder that only has a quiz counts as a topic. Raise UsageError for an unknown name.
    """
    folders = _topic_folders(course)
    if not names:
        return tuple(folders)
    chosen: set[str] = set()
    for name in names:
        chosen.update(_folders_called(name, folders))
    return tuple(sorted(chosen))


def _folders_called(name: str, folders: Sequence[str]) -> list[str]:
    """Return the topics' folders that a name stands for. Raise UsageError if there are none."""
    matching = [folder for folder in folders if _is_called(folder, name)]
    if not matching:
        raise UsageError(f"There is no topic {name}.", fix=f"There are {', '.join(folders)}.")
    return matching


def _topic_folders(course: Course) -> list[str]:
    """Return the names of the folders that hold exercises or a quiz, in order."""
    folders = []
    for path in sorted((course.root / "exercises").iterdir()):
        if (path / "topic.toml").is_file() or (path / QUIZ).is_file():
            folders.append(path.name)
    return folders


def _is_called(folder: str, name: str) -> bool:
    """Return whether the name is the folder's name, its module or its number."""
    number, _, module = folder.partition("_")
    if name in (folder, module):
        return True
    return name.isdigit() and number.isdigit() and int(name) == int(number)


def release_files(
    course: Course, topics: Sequence[str], language: Language, wheel: tuple[str, bytes]
) -> dict[str, bytes]:
    """Return the content of each file by path, without the manifest."""
    wheel_name, wheel_data = wheel
    files = {MANIFEST: (course.root / MANIFEST).read_bytes(), f"wheels/{wheel_name}": wheel_data}
    for topic in topics:
        for path in _files_below(course.root / "exercises" / topic):
            data = in_language(path.name, path.read_bytes(), language)
            files[path.relative_to(course.root).as_posix()] = data
            if path.name == QUIZ:
                _refuse_keys(path, data)
    return files | _filled_templates(_template_words(course, topics, language, wheel_name), language)


def _template_words(course: Course, topics: Sequence[str], language: Language, wheel_name: str) -> dict[str, str]:
    """Return the values of the placeholders in the templates."""
    words = {
        "version": course.version,
        "wheel": wheel_name,
        "engine": wheel_name.split("-")[1],
        "language": language.value,
        "title_en": course.title.en,
        "title_zh": course.title.zh,
        "folder": "exercises",
        "exercise": "NAME",
    }
    for topic in course.topics:
        if topic.name in topics and topic.exercises:  # the README's example is the first exercise
            return words | {"folder": f"exercises/{topic.name}", "exercise": topic.exercises[0].name}
    return words


def _filled_templates(words: dict[str, str], language: Language) -> dict[str, bytes]:
    """Return the files that are written from templates, by path."""
    parts = [_filled(name, words) for name in READMES[language]]
    files = {"README.md": "\n---\n\n".join(parts).encode()}
    for name, path in PATHS_OF_TEMPLATES.items():
        files[path] = _filled(name, words).encode()
    return files


def _filled(template: str, words: dict[str, str]) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the author's files, without hidden files, caches and quiz answers."""
    for path in sorted(folder.rglob("*")):
        if is_junk(path.relative_to(folder)) or path.name == ANSWERS:
            continue
        if path.is_symlink():
            raise CourseError(f"{path} is a link.", fix="A release holds only files: replace the link by a copy.")
        if path.is_file():
            yield path


def _refuse_keys(path: Path, data: bytes) -> None:
    """Raise CourseError if a question has a field, such as its answer, that questions do not have."""
    try:
        msgspec.convert(yaml.safe_load(data), list[question_type()])  # type: ignore[misc]
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise CourseError(f"{path}: {error}.") from None


def in_language(name: str, data: bytes, language: Language) -> bytes:
    """Return the file for a language: an English release drops the Chinese part of docstrings and guides.

    A Chinese release keeps both parts, because formulas, shapes and commands are in the English one.
    """
    if language is not Language.EN:
        return data
    if name.endswith(".py"):
        code = data.decode("utf-8")
        return _without_chinese(code).encode()
    if name.endswith(".md"):
        guide = data.decode("utf-8")
        return _english_part(guide).encode()
    return data


def _english_part(guide: str) -> str:
    """Return a guide without its Chinese part, if it has one."""
    english, separator, _ = guide.partition(SEPARATOR)
    return f"{english.rstrip()}\n" if separator else guide


def _without_chinese(code: str) -> str:
    """Return the code without the Chinese paragraphs of its docstrings."""
    lines = code.splitlines(keepends=True)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            _blank_chinese(lines, docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1)
    return "".join(lines)


def _blank_chinese(lines: list[str], first: int, last: int) -> None:
    """Empty the lines of a docstring's Chinese paragraph. `last` is the line of the closing quotes."""
    if lines[last].strip() != '"""':
        return
    start = _start_of_chinese(lines, first, last)
    for number in range(start, last):
        lines[number] = ""


def _start_of_chinese(lines: list[str], first: int, last: int) -> int:
    """Return where the Chinese paragraph and the empty lines above it start; `last` if there is none."""
    for number in range(first, last):
        if lines[number].strip().startswith(CHINESE):
            start = number
            while not lines[start - 1].strip():
                start -= 1
            return start
    return last
