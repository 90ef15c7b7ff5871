"""What there is to do: topics, exercises, points, hints and rules, read from the course's folders."""

import ast
import functools
import hashlib
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec

from .. import __version__
from ..errors import CourseError, UsageError
from ..text import Text
from .limits import Limits
from .reveal import RevealPolicy

GradescopeVisibility = Literal["visible", "after_due_date", "after_published", "hidden"]

MANIFEST = "course.toml"
QUIZ, QUIZ_KEY = "quiz.yaml", "quiz_key.yaml"
DEFAULT_QUIZ_POINTS = 2
ENGINE = Path(__file__).resolve().parents[1]


class ExerciseManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One exercise as topic.toml describes it."""

    title: Text
    points: int
    difficulty: int  # 1 (a line) to 5 (a project)
    hints: tuple[Text, ...]  # of rising strength
    banned: tuple[str, ...] = ()  # dotted names, with * allowed: what the student may not use
    banned_operators: dict[str, str] = {}  # aten operator (* allowed) that a banned shortcut runs -> its torch name


class TopicManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A topic.toml."""

    title: Text
    exercises: dict[str, ExerciseManifest] = {}
    quiz_points: int | None = None  # of the whole quiz, shared by its questions by weight


class QuizManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the course's quizzes are drawn: the table [quiz] of course.toml."""

    key: str = ""  # makes two courses draw different variants; no secret of the answers
    attempts: int = 1  # how often a student may be handed a new variant


class GradescopeManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When Gradescope shows its students which checks. One that is not shown hides the total, too."""

    visible: GradescopeVisibility = "visible"
    hidden: GradescopeVisibility = "visible"  # what they tell is the reveal policy's matter


class CourseManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The course.toml."""

    title: Text
    version: str
    limits: Limits = Limits()
    quiz: QuizManifest = QuizManifest()
    reveal: RevealPolicy = RevealPolicy()
    gradescope: GradescopeManifest = GradescopeManifest()


class Exercise(msgspec.Struct, frozen=True, kw_only=True):
    """One function or class that students write."""

    name: str
    topic: str
    title: Text
    points: int
    difficulty: int
    hints: tuple[Text, ...]
    banned: tuple[str, ...]
    banned_operators: dict[str, str]
    parameters: tuple[str, ...]  # of the function, or of the class's __init__ without self


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One folder of the course, and its twin below solutions/."""

    name: str  # the folder's: 01_activations
    title: Text
    exercises: tuple[Exercise, ...]
    exercises_folder: Path
    solutions_folder: Path
    quiz_points: int = 0  # of its quiz; 0 where it has none

    @property
    def module(self) -> str:
        """activations, for the folder 01_activations."""
        return _module(self.name)

    @property
    def filename(self) -> str:
        return f"{self.module}.py"

    @property
    def stub(self) -> Path:
        return self.exercises_folder / self.filename

    @property
    def reference(self) -> Path:
        return self.solutions_folder / self.filename

    @property
    def visible_checks(self) -> Path:
        return self.exercises_folder / f"test_{self.filename}"

    @property
    def hidden_checks(self) -> Path:
        return self.solutions_folder / f"test_{self.filename}"

    @property
    def quiz(self) -> Path:
        return self.exercises_folder / QUIZ

    @property
    def quiz_key(self) -> Path:
        return self.solutions_folder / QUIZ_KEY


class Course:
    """All topics below one course.toml, in order."""

    def __init__(self, root: Path, manifest: CourseManifest, topics: tuple[Topic, ...]) -> None:
        self.root = root
        self.title = manifest.title
        self.version = manifest.version
        self.limits = manifest.limits
        self.quiz = manifest.quiz
        self.reveal = manifest.reveal
        self.gradescope = manifest.gradescope
        self.topics = topics

    @property
    def exercises(self) -> Iterator[Exercise]:
        return (exercise for topic in self.topics for exercise in topic.exercises)

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name. Raises UsageError with near names."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        raise unknown("exercise", name, [exercise.name for exercise in self.exercises])

    def topic(self, name: str) -> Topic:
        """The topic of that folder, module, or leading number."""
        for topic in self.topics:
            if name in (topic.name, topic.module) or (name.isdigit() and int(name) == int(topic.name.split("_")[0])):
                return topic
        raise unknown("topic", name, [topic.name for topic in self.topics])

    @cached_property
    def digest(self) -> str:
        """Hash of everything that decides a result: manifests, checks, references, and the engine itself."""
        digest = hashlib.sha256(engine_digest().encode())
        for folder in ("exercises", "solutions"):
            for path in sorted((self.root / folder).glob("*/*")):
                if path.suffix in (".py", ".toml") or path.name in (QUIZ, QUIZ_KEY):
                    digest.update(f"{path.relative_to(self.root)}\0".encode())
                    digest.update(path.read_bytes() + b"\0")
        digest.update((self.root / MANIFEST).read_bytes())
        return digest.hexdigest()


@functools.cache
def engine_digest() -> str:
    """Hash of the engine's own code."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(ENGINE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find_course(start: Path) -> Path:
    """The nearest folder with a course.toml, from `start` upwards."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file():
            return folder
    raise UsageError(f"No {MANIFEST} in {start} or above it.", fix="Run inside the course's folder, or give --course.")


def load_course(root: Path) -> Course:
    """Read a course. Raises CourseError with the file and what is wrong in it."""
    manifest = _read(root / MANIFEST, CourseManifest)
    folders = sorted(path.parent for path in (root / "exercises").glob("*/topic.toml"))
    if not folders:
        raise CourseError(f"{root / 'exercises'} holds no topic.", fix="A topic is a folder with a topic.toml.")
    topics = tuple(_load_topic(root, folder.name) for folder in folders)
    seen: dict[str, str] = {}
    for topic in topics:
        for exercise in topic.exercises:
            if exercise.name in seen:
                raise CourseError(f"{topic.name} and {seen[exercise.name]} both have an exercise {exercise.name}.")
            seen[exercise.name] = topic.name
    return Course(root, manifest, topics)


@functools.cache  # every file of every submission is held against it
def _module(folder: str) -> str:
    """The folder's name without its number."""
    number, separator, rest = folder.partition("_")
    return rest if separator and number.isdecimal() else folder


def _load_topic(root: Path, name: str) -> Topic:
    folder, solutions = root / "exercises" / name, root / "solutions" / name
    manifest = _read(folder / "topic.toml", TopicManifest)
    module = f"{_module(name)}.py"
    parameters = _parameters(solutions / module if solutions.is_dir() else folder / module)
    exercises = tuple(
        Exercise(name=key, topic=name, parameters=parameters.get(key, ()), **msgspec.structs.asdict(entry))
        for key, entry in manifest.exercises.items()
    )
    return Topic(
        name=name,
        title=manifest.title,
        exercises=exercises,
        exercises_folder=folder,
        solutions_folder=solutions,
        quiz_points=_quiz_points(folder, manifest),
    )


def _quiz_points(folder: Path, manifest: TopicManifest) -> int:
    """What the topic's quiz is worth. Raises CourseError where there are points and no quiz, or the other way round."""
    has_quiz = (folder / QUIZ).is_file()
    points = manifest.quiz_points
    if points is None:
        return DEFAULT_QUIZ_POINTS if has_quiz else 0
    if not has_quiz or points < 1:
        raise CourseError(f"{folder / 'topic.toml'}: quiz_points = {points} needs a {QUIZ}, and points above 0.")
    return points


def _parameters(path: Path) -> dict[str, tuple[str, ...]]:
    """Parameter names of each function and class in a file; nothing where a student's file does not parse."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return {}
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = tuple(arg.arg for arg in node.args.args)
        elif isinstance(node, ast.ClassDef):
            inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
            found[node.name] = tuple(arg.arg for init in inits for arg in init.args.args[1:])
    return found


def _read(path: Path, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except FileNotFoundError:
        raise CourseError(f"{path} is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise CourseError(f"{path}: {error}.") from None


def unknown(kind: str, name: str, known: list[str]) -> UsageError:
    """The error for a name that is not there, with near ones."""
    import difflib

    near = difflib.get_close_matches(name, known, n=3)
    return UsageError(f"There is no {kind} {name}.", fix=f"Did you mean {' or '.join(near)}?" if near else "")
