"""The course as data: topics, exercises, points, hints and rules, read from the course's folders."""

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from .. import __version__
from ..errors import CourseError, UsageError, suggest
from ..text import NOTHING, Text
from .limits import Limits
from .reveal import RevealPolicy
from .toml import read_toml

OptionalPoints = Literal["bonus", "none"]
GradescopeVisibility = Literal["visible", "after_due_date", "after_published", "hidden"]

MANIFEST = "course.toml"
QUIZ, QUIZ_KEY = "quiz.yaml", "quiz_key.yaml"
DEFAULT_QUIZ_POINTS = 2
KINDS_IN_CHINESE = {"exercise": "练习", "topic": "主题", "question": "题目"}
ENGINE = Path(__file__).resolve().parents[1]  # the folder autograder/


class ExerciseManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exercise as topic.toml describes it."""

    title: Text
    points: int
    optional: bool = False  # it does not count in the total; course.toml says if it earns a bonus
    difficulty: int  # 1 (a line) to 5 (a project)
    hints: tuple[Text, ...]  # each tells more than the one before
    banned: tuple[str, ...] = ()  # dotted names that the student may not use; they may contain *
    banned_operators: dict[
        str, str
    ] = {}  # an aten operator that a banned shortcut runs, maybe with * -> its name in torch


class TopicManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a topic.toml."""

    title: Text
    exercises: dict[str, ExerciseManifest] = {}
    quiz_points: int | None = None  # of the whole quiz; its questions share them by weight
    leads_to: Text = NOTHING  # what the topic's functions make possible next


class QuizManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [quiz] of course.toml: how variants of questions are drawn."""

    key: str = ""  # with another key, the course draws other variants; it need not be secret
    attempts: int = 1  # how many variants a student may get


class GradescopeManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [gradescope] of course.toml: when students see checks. A check that they can't see hides the total, too."""

    visible: GradescopeVisibility = "visible"
    hidden: GradescopeVisibility = "visible"  # the table [reveal] decides what the feedback of hidden checks says


class CourseManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of course.toml."""

    title: Text
    version: str
    optional_exercises: OptionalPoints = "bonus"  # points beyond the total, or none
    limits: Limits = Limits()
    quiz: QuizManifest = QuizManifest()
    reveal: RevealPolicy = RevealPolicy()
    gradescope: GradescopeManifest = GradescopeManifest()


class Exercise(msgspec.Struct, frozen=True, kw_only=True):
    """A function or class that students write."""

    name: str
    topic: str
    title: Text
    points: int  # that it can earn
    optional: bool  # these points are a bonus: they do not count in the total
    difficulty: int
    hints: tuple[Text, ...]
    banned: tuple[str, ...]
    banned_operators: dict[str, str]
    parameters: tuple[str, ...]  # of the function, or of the class's __init__ without self

    @property
    def worth(self) -> int:
        """Return the points that count in the total."""
        return 0 if self.optional else self.points


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A folder below exercises/ with its counterpart below solutions/."""

    name: str  # the folder's name: 01_activations
    title: Text
    exercises: tuple[Exercise, ...]
    exercises_folder: Path
    solutions_folder: Path
    quiz_points: int = 0  # 0 if the topic has no quiz
    leads_to: Text = NOTHING  # shown to students who have finished the topic

    @property
    def module(self) -> str:
        """Return the folder's name without its number: activations for 01_activations."""
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
    """A course: all topics below one course.toml, in the order of their folders."""

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
        """Return the exercise of that name. Raise UsageError, with similar names, if there is none."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        raise unknown("exercise", name, [exercise.name for exercise in self.exercises])

    def topic(self, name: str) -> Topic:
        """Return the topic with that folder, module or leading number. Raise UsageError if there is none."""
        for topic in self.topics:
            if name in (topic.name, topic.module):
                return topic
            if name.isdigit() and int(name) == int(topic.name.split("_")[0]):
                return topic
        raise unknown("topic", name, [topic.name for topic in self.topics])

    @cached_property
    def digest(self) -> str:
        """Hash of everything that decides a result: manifests, checks, references, and the engine itself."""
        digest = hashlib.sha256(engine_digest().encode())
        for path in self._files_that_decide_results():
            digest.update(f"{path.relative_to(self.root)}\0".encode())
            digest.update(path.read_bytes() + b"\0")
        digest.update((self.root / MANIFEST).read_bytes())
        return digest.hexdigest()

    def _files_that_decide_results(self) -> Iterator[Path]:
        for folder in ("exercises", "solutions"):
            for path in sorted((self.root / folder).glob("*/*")):
                if path.suffix in (".py", ".toml") or path.name in (QUIZ, QUIZ_KEY):
                    yield path


@functools.cache
def engine_digest() -> str:
    """Return the hash of the engine's own code."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(ENGINE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find_course(start: Path) -> Path:
    """Return the nearest folder with a course.toml, from `start` upwards. Raise UsageError if there is none."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file():
            return folder
    raise UsageError(
        Text(f"No {MANIFEST} in {start} or above it.", f"{start} 及其上级文件夹中没有 {MANIFEST}。"),
        fix=Text(
            "Run the command inside the course's folder, or give --course.",
            "请在课程文件夹里运行命令，或用 --course 指定课程文件夹。",
        ),
    )


def load_course(root: Path) -> Course:
    """Read a course. Raise CourseError that names the file and what is wrong in it."""
    manifest = read_toml(root / MANIFEST, CourseManifest)
    folders = sorted(path.parent for path in (root / "exercises").glob("*/topic.toml"))
    if not folders:
        raise CourseError(
            f"{root / 'exercises'} holds no topic.",
            fix="A topic is a folder with a topic.toml.",
        )
    topics = tuple(_load_topic(root, folder.name, manifest.optional_exercises) for folder in folders)
    course = Course(root, manifest, topics)
    _refuse_duplicates(course.exercises)
    return course


def _refuse_duplicates(exercises: Iterable[Exercise]) -> None:
    """Raise CourseError if two topics have an exercise of the same name."""
    topic_of: dict[str, str] = {}
    for exercise in exercises:
        name, topic = exercise.name, exercise.topic
        if name in topic_of:
            raise CourseError(f"{topic} and {topic_of[name]} both have an exercise {name}.")
        topic_of[name] = topic


@functools.cache  # it is compared with every file of every submission
def _module(folder: str) -> str:
    """Return the folder's name without its number."""
    number, separator, rest = folder.partition("_")
    return rest if separator and number.isdecimal() else folder


def _load_topic(root: Path, name: str, optional_points: OptionalPoints) -> Topic:
    """Read the topic in the folder `name`. Raise CourseError if its topic.toml is wrong."""
    folder = root / "exercises" / name
    solutions = root / "solutions" / name
    manifest = read_toml(folder / "topic.toml", TopicManifest)
    code_folder = solutions if solutions.is_dir() else folder
    parameters = _parameters(code_folder / f"{_module(name)}.py")
    exercises = []
    for key, entry in manifest.exercises.items():
        fields = msgspec.structs.asdict(entry)
        if entry.optional and optional_points == "none":
            fields["points"] = 0
        exercise = Exercise(name=key, topic=name, parameters=parameters.get(key, ()), **fields)
        exercises.append(exercise)
    return Topic(
        name=name,
        title=manifest.title,
        exercises=tuple(exercises),
        exercises_folder=folder,
        solutions_folder=solutions,
        quiz_points=_quiz_points(folder, manifest),
        leads_to=manifest.leads_to,
    )


def _quiz_points(folder: Path, manifest: TopicManifest) -> int:
    """Return the points of the topic's quiz. Raise CourseError if topic.toml gives points that cannot be."""
    has_quiz = (folder / QUIZ).is_file()
    points = manifest.quiz_points
    if points is None:
        return DEFAULT_QUIZ_POINTS if has_quiz else 0
    if not has_quiz or points < 1:
        raise CourseError(f"{folder / 'topic.toml'}: quiz_points = {points} needs a {QUIZ}, and points above 0.")
    return points


def _parameters(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the parameter names of each function and class in a file. A file that does not parse has none.

    The file may be a student's: without solutions/, it is their exercise file.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return {}
    parameters = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            parameters[node.name] = _names_of(node.args.args)
        elif isinstance(node, ast.ClassDef):
            parameters[node.name] = _init_parameters(node)
    return parameters


def _names_of(arguments: Iterable[ast.arg]) -> tuple[str, ...]:
    return tuple(argument.arg for argument in arguments)


def _init_parameters(node: ast.ClassDef) -> tuple[str, ...]:
    """Return the parameter names of a class's __init__, without self."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            return _names_of(method.args.args[1:])
    return ()


def unknown(kind: str, name: str, known: list[str]) -> UsageError:
    """Return the error for a name that does not exist. It suggests similar names.

    kind: a key of KINDS_IN_CHINESE.
    """
    missing = Text(f"There is no {kind} {name}.", f"没有名为 {name} 的{KINDS_IN_CHINESE[kind]}。")
    return UsageError(missing, fix=suggest(name, known))
