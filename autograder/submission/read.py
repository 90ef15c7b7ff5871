"""Files to topics: what a student handed in for each topic, or why it cannot be read."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from ..course.bundle import SKIPPED_FOLDERS
from ..course.model import Course, Topic
from ..errors import SubmissionError, UsageError
from ..quiz.answers import AnswersFile, read_answers
from ..results.model import Problem, SubmissionResult
from ..source import Source, Unreadable, decode, syntax_problem
from ..text import Text
from .choice import NOTEBOOK, definitions, named_files, stem, stub_of, uncopied
from .gather import Files, gather
from .ipynb import code_cells
from .released import COMMANDS, SET_UP, settled
from .remarks import remarks

MAX_COMPANIONS = 192 << 10  # bytes of the helper files beside a topic's own; they travel in one message
MAX_PROBLEMS = 20  # told of one submission
TIMESTAMP = "timestamp.txt"  # nbgrader's, beside each submission that it collects
YAML = (".yaml", ".yml")
ANSWERS = "answers"  # the name of a quiz's answers file, without copy marks and ending
MAX_ANSWERS_FILES = 100


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One student's work, by topic folder name. A topic without an entry was not handed in."""

    id: str
    content_hash: str
    sources: Mapping[str, Source | Unreadable]
    problems: tuple[Problem, ...]
    paths: Mapping[str, str] = {}  # by topic folder name: the file that its source was read from
    earlier: SubmissionResult | None = None  # what an earlier run found
    answers: tuple[AnswersFile, ...] = ()  # to quizzes; a question's id says which topic it belongs to

    @property
    def likeness(self) -> str:
        """Equal where the results are: the files, and the name where quizzes are drawn from it."""
        return f"{self.content_hash} {self.id}" if self.answers else self.content_hash


def submission_id(path: Path) -> str:
    """The student's name: that of the folder or file."""
    return (path.stem if path.is_file() else path.name).encode("utf-8", "replace").decode()


def find_submissions(path: Path, course: Course) -> list[Path]:
    """The submissions at `path`: itself, or each entry of a folder of submissions."""
    if not path.exists():
        raise UsageError(f"{path} does not exist.")
    if path.is_file() or _is_one_submission(path, course):
        return [path]
    entries = [entry for entry in sorted(path.iterdir()) if not _is_junk(entry)]
    if not entries:
        raise UsageError(f"{path} is empty: there is nothing to grade.")
    return entries


def open_submission(path: Path, course: Course, student: str | None = None) -> Submission:
    """Read a submission, and see whether Python can parse it.

    student: whose it is, where the folder or file is not named after them.
    Raises SubmissionError where nothing in it can be read or belongs to the course.
    """
    return examined(read_submission(path, course, student))


def read_submission(path: Path, course: Course, student: str | None = None) -> Submission:
    """The same, before anything is parsed that need not be: a class is read in one process and parsed in many."""
    files, problems = gather(path)
    reading = _Reading(course, files, problems)
    for topic in course.topics:
        if topic.exercises:
            reading.by_name(topic)
    answers = reading.answers(is_alone=path.is_file() and len(files) == 1)
    unclaimed = reading.by_definitions()
    if not reading.sources and not answers:
        raise _nothing(path, course, unclaimed)
    is_answers = path.is_file() and _is_answers(PurePosixPath(path.name))
    return Submission(
        id=student or (_named_in(answers) if is_answers else submission_id(path)),
        content_hash=_hash(files),
        sources=reading.sources,
        problems=tuple(problems),
        paths={name: str(path) for name, path in reading.paths.items()},
        answers=answers,
    )


def examined(submission: Submission, topics: Collection[str] | None = None) -> Submission:
    """With what Python cannot parse told apart, in these topics or in all. Parsing runs nothing."""
    sources = {
        name: _parsable(source) if topics is None or name in topics else source
        for name, source in submission.sources.items()
    }
    faults = [
        Problem(file=_filename(name), sentence=source.sentence, line=source.line)
        for name, source in sources.items()
        if isinstance(source, Unreadable)
    ]
    new = [fault for fault in faults if fault not in submission.problems]
    return msgspec.structs.replace(submission, sources=sources, problems=_first_of([*submission.problems, *new]))


def _filename(topic: str) -> str:
    """activations.py, for the folder 01_activations: where the file was to be."""
    return re.sub(r"^\d+_", "", topic) + ".py"


def _parsable(source: Source | Unreadable) -> Source | Unreadable:
    """The source, or why it is none. Of a notebook, what cannot be parsed has been left out already."""
    if isinstance(source, Unreadable) or len(source.chunks) != 1 or source.chunks[0][0] != source.filename:
        return source
    return syntax_problem(source.chunks[0][1]) or source


def _named_in(answers: Sequence[AnswersFile]) -> str:
    """The student that a lone answers.yaml names: nothing else does."""
    return answers[0].student or ANSWERS


def _first_of(problems: list[Problem]) -> tuple[Problem, ...]:
    """No more than anybody reads."""
    left = len(problems) - MAX_PROBLEMS
    if left <= 0:
        return tuple(problems)
    more = Problem(file="", sentence=Text(f"And {left} more problems like these.", f"还有 {left} 个类似的问题。"))
    return (*problems[:MAX_PROBLEMS], more)


def _is_one_submission(folder: Path, course: Course) -> bool:
    """Whether the folder itself is somebody's work, rather than a folder of other people's."""
    folders = {topic.name for topic in course.topics} | {"exercises"}
    stems = {topic.module for topic in course.topics}
    entries = [entry for entry in folder.iterdir() if not _is_junk(entry)]
    others = [entry for entry in entries if entry.is_dir() and entry.name not in folders]
    if (
        sum(
            any(inner.name in folders or stem(PurePosixPath(inner.name)) in stems for inner in other.iterdir())
            for other in others
        )
        > 1
    ):
        return False  # a class, and a file or folder that somebody put in the wrong place
    if any(entry.is_dir() and entry.name in folders for entry in entries):
        return True
    files = [entry for entry in entries if entry.is_file()]
    texts = [entry for entry in files if entry.suffix.lower() in (".py", NOTEBOOK, ".txt")]
    if any(stem(PurePosixPath(entry.name)) in stems for entry in texts):
        return True
    if any(_is_answers(PurePosixPath(entry.name)) for entry in files):
        return True
    holders = [entry for entry in entries if entry.is_dir() or entry.suffix.lower() == ".zip"]
    python = [entry for entry in files if entry.suffix.lower() in (".py", NOTEBOOK)]
    return bool(entries) and not holders and len(python) <= 1


def _is_junk(entry: Path) -> bool:
    """What operating systems and version control leave behind."""
    return entry.name in SKIPPED_FOLDERS | {"Thumbs.db", "desktop.ini"} or (
        entry.name.startswith(".") and entry.is_file()
    )


def _is_answers(path: PurePosixPath) -> bool:
    """Whether the name is answers.yaml, or that of a copy of it."""
    return path.suffix.lower() in YAML and uncopied(path.stem) == ANSWERS


class _Reading:
    """Which file goes to which topic."""

    def __init__(self, course: Course, files: Files, problems: list[Problem]) -> None:
        self.course = course
        self.files = files
        self.folders: dict[PurePosixPath, Files] = {}
        for path, content in files.items():
            self.folders.setdefault(path.parent, {})[path] = content
        self.problems = problems
        self.sources: dict[str, Source | Unreadable] = {}
        self.paths: dict[str, PurePosixPath] = {}
        self.claimed: set[PurePosixPath] = set()

    def by_name(self, topic: Topic) -> None:
        """The topic's file by its folder and name, else by its name alone. Of several, the best match is taken."""
        candidates = [path for path in self.files if stem(path) == topic.module]
        self.claimed |= set(candidates)
        python = named_files(topic, self.files)
        if python:
            best, *others = python
            self.sources[topic.name] = _source(self.course, topic, best, self.folders[best.parent], self.problems)
            self.paths[topic.name] = best
            for other in others:
                self._not_used(other, best)
        elif candidates:
            en = f"This is not a Python file. Rename it to {topic.filename}."
            self.paths[topic.name] = candidates[0]
            self.sources[topic.name] = Unreadable(Text(en, f"这不是 Python 文件，请改名为 {topic.filename}。"))

    def answers(self, *, is_alone: bool) -> tuple[AnswersFile, ...]:
        """Every answers.yaml; a submission of one file may have any name."""
        paths = [p for p in self.files if _is_answers(p) or (is_alone and p.suffix.lower() in YAML)]
        self.claimed |= set(paths)
        read = [read_answers(self.files[path], str(path)) for path in sorted(paths)[:MAX_ANSWERS_FILES]]
        self.problems += [problem for file in read for problem in file.problems]
        return tuple(msgspec.structs.replace(file, problems=()) for file in read)

    def by_definitions(self) -> list[str]:
        """Files of other names: each goes to the topics that it has exercises of. Returns what stays unclaimed."""
        unclaimed = []
        for path in sorted(self.files.keys() - self.claimed):
            names = definitions(path, self.files)
            if isinstance(names, Unreadable):
                unclaimed.append(f"{path} ({names.sentence.en})")
                continue
            topics = [t for t in self.course.topics if names & {exercise.name for exercise in t.exercises}]
            missing = [topic for topic in topics if topic.name not in self.sources]
            for position, topic in enumerate(missing):
                problems = self.problems if position == 0 else []  # a cell that was left out is told once
                self.sources[topic.name] = _source(self.course, topic, path, self.folders[path.parent], problems)
                self.paths[topic.name] = path
            if topics and not missing:
                self._not_used(path, PurePosixPath(topics[0].filename))
            if not topics:
                unclaimed.append(str(path))
        return unclaimed

    def _not_used(self, path: PurePosixPath, taken: PurePosixPath) -> None:
        sentence = Text(f"Not used: {taken} was taken.", f"未使用：采用了 {taken}。")
        self.problems.append(Problem(file=str(path), sentence=sentence))


def _source(
    course: Course, topic: Topic, path: PurePosixPath, folder: Files, problems: list[Problem]
) -> Source | Unreadable:
    """What stands in the file at `path`, and beside it in its folder."""
    if path.suffix.lower() == NOTEBOOK:
        cells = code_cells(folder[path], path.name)
        if isinstance(cells, Unreadable):
            return cells
        problems += cells.problems
        beside = _companions(topic, path, folder, problems)
        stub = stub_of(topic) if cells.notebook.is_ours else None
        if stub is None:
            return Source(filename=topic.filename, chunks=cells.chunks, left_out=cells.left_out, files=beside)
        problems += remarks(cells.notebook, topic, path.name, course.version)
        chunks = ((f"{topic.filename} {SET_UP}", stub.set_up), *settled(cells.chunks, stub, problems))
        return Source(filename=topic.filename, chunks=chunks, left_out=cells.left_out, files=beside | COMMANDS)
    code = decode(folder[path])
    if isinstance(code, Unreadable):
        return code
    return Source(
        filename=topic.filename, chunks=((topic.filename, code),), files=_companions(topic, path, folder, problems)
    )


def _companions(topic: Topic, path: PurePosixPath, folder: Files, problems: list[Problem]) -> dict[str, bytes]:
    """Other files of the folder that the topic's file may import or read; checks and bytecode are not among them."""
    companions: dict[str, bytes] = {}
    for other in sorted(folder):
        is_wanted = other.suffix in (".py", ".txt", ".json", ".csv") and not other.name.startswith(
            ("test_", ".", "conftest")
        )
        if other.name in (path.name, topic.filename, TIMESTAMP) or not is_wanted:
            continue
        if sum(map(len, companions.values())) + len(folder[other]) > MAX_COMPANIONS:
            limit = MAX_COMPANIONS >> 10
            sentence = Text(
                f"Left out: helper files may have {limit} KiB in all.", f"未读取：辅助文件总共不超过 {limit} KiB。"
            )
            problems.append(Problem(file=str(other), sentence=sentence))
        else:
            companions[other.name] = folder[other]
    return companions


def _nothing(path: Path, course: Course, unclaimed: Sequence[str]) -> SubmissionError:
    like = next((topic.filename for topic in course.topics if topic.exercises), f"{ANSWERS}.yaml")
    fix = f"Expected are files named like {like}, or such that define exercises of the course."
    if path.is_file() and path.suffix.lower() not in (".py", NOTEBOOK, ".zip"):
        return SubmissionError(f"{path.name} is not a .py, .ipynb or .zip file.", fix=fix)
    if path.is_file() and len(unclaimed) == 1 and "(" in unclaimed[0]:
        return SubmissionError(f"{unclaimed[0]}.")
    found = (
        f" Found: {', '.join(unclaimed[:5])}{', …' if len(unclaimed) > 5 else ''}." if unclaimed else " It is empty."
    )
    return SubmissionError(f"{path.name} holds no work of this course.{found}", fix=fix)


def _hash(files: Files) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
