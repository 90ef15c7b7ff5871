"""Reads one submission: finds the file of each topic, and reports what cannot be read."""

import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from ..course.model import Course, Topic
from ..errors import SubmissionError
from ..quiz.answers import AnswersFile, read_answers
from ..results.model import Problem
from ..source import TOO_LONG, Source, Unreadable, decode, is_too_long, syntax_problem
from ..text import NOTHING, Text
from .filenames import ANSWERS, is_answers_file, is_notebook, is_python, is_yaml, stem
from .gather import Files, gather
from .ipynb import code_cells
from .layouts import submission_id
from .model import Submission
from .notebook_problems import notebook_problems
from .released_stub import COMMANDS, SET_UP, released_stub, without_later_stubs
from .topic_file import defined_names, named_files, within_bounds

HELPERS = (".py", ".txt", ".json", ".csv")  # files that a topic's code may import or read
NO_HELPERS = ("test_", "conftest", ".")  # how the names of files begin that are no helpers
TIMESTAMP = "timestamp.txt"  # nbgrader puts it beside each submission that it collects
MAX_HELPERS = 192 << 10  # bytes of all helper files of a topic; they travel in one message
MAX_PROBLEMS = 20  # of one submission
MAX_ANSWERS_FILES = 100
MAX_ANSWERS = 256 << 10  # bytes of all of them
MAX_UNUSED = 5  # files named in an error
TOO_MANY_ANSWERS = Text(
    f"Left out: at most {MAX_ANSWERS_FILES} files with answers are read, of {MAX_ANSWERS >> 10} KiB in all. Keep one.",
    f"未读取：最多读取 {MAX_ANSWERS_FILES} 个答案文件，总共不超过 {MAX_ANSWERS >> 10} KiB。请只保留一个。",
)


def open_submission(path: Path, course: Course, student: str | None = None) -> Submission:
    """Read a submission and check its syntax.

    student: the student's name, if the folder or file has another name.
    Raise SubmissionError if nothing in it can be read or belongs to the course.
    """
    return check_syntax(read_submission(path, course, student))


def read_submission(path: Path, course: Course, student: str | None = None) -> Submission:
    """Read a submission as `open_submission` does, and parse as little as possible.

    One process reads all submissions of a class; several check their syntax.
    """
    gathered, problems = gather(path)
    files, left_out = within_bounds(gathered)
    problems += left_out
    reading = _Reading(course, files, problems)
    reading.read_named_files()
    answers = reading.read_answers(is_single=path.is_file() and len(files) == 1)
    unused = reading.read_other_files()
    if not reading.sources and not answers:
        raise _no_work(path, course, unused)
    return Submission(
        id=student or _student_name(path, answers),
        content_hash=_hash(gathered),
        sources=reading.sources,
        problems=tuple(problems),
        paths={topic: str(file) for topic, file in reading.paths.items()},
        answers=answers,
    )


def check_syntax(submission: Submission, topics: Collection[str] | None = None) -> Submission:
    """Return the submission with an Unreadable for each source that Python cannot parse. Parsing runs nothing.

    topics: the topics to check; None checks all.
    """
    if topics is None:
        topics = submission.sources.keys()
    sources = dict(submission.sources)
    for topic in submission.sources.keys() & topics:
        sources[topic] = _checked(sources[topic])
    problems = list(submission.problems)
    for topic, source in sources.items():
        if isinstance(source, Unreadable):
            problem = Problem(
                file=_expected_file(topic),
                sentence=source.sentence,
                line=source.line,
            )
            if problem not in submission.problems:
                problems.append(problem)
    return msgspec.structs.replace(submission, sources=sources, problems=_shortened(problems))


def _checked(source: Source | Unreadable) -> Source | Unreadable:
    """Return the source, or why Python cannot parse it. A notebook has lost such cells already."""
    if isinstance(source, Unreadable):
        return source
    is_module = len(source.chunks) == 1 and source.chunks[0][0] == source.filename
    if not is_module:
        return source
    return syntax_problem(source.chunks[0][1]) or source


def _expected_file(topic: str) -> str:
    """Return activations.py for the folder 01_activations."""
    return re.sub(r"^\d+_", "", topic) + ".py"


def _shortened(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the first problems, and a last one that says how many more there are."""
    left = len(problems) - MAX_PROBLEMS
    if left <= 0:
        return tuple(problems)
    more = Problem(file="", sentence=Text(f"And {left} more problems like these.", f"还有 {left} 个类似的问题。"))
    return (*problems[:MAX_PROBLEMS], more)


def _student_name(path: Path, answers: Sequence[AnswersFile]) -> str:
    """Return the name of the folder or file. A file called answers.yaml holds the student's name."""
    if path.is_file() and is_answers_file(path):
        return answers[0].student or ANSWERS
    return submission_id(path)


class UnusedFile(msgspec.Struct, frozen=True):
    """A file that belongs to no topic."""

    path: PurePosixPath
    reason: Text = NOTHING  # why it cannot be read; empty if it can

    @property
    def described(self) -> Text:
        """Its path, and why it cannot be read."""
        path = str(self.path)
        if not self.reason:
            return Text(path, path)
        return Text(f"{path} ({self.reason.en})", f"{path}（{self.reason.zh}）")


class _Reading:
    """The files of one submission, and the topics that they were given to so far."""

    def __init__(self, course: Course, files: Files, problems: list[Problem]) -> None:
        self.course = course
        self.files = files
        self.folders: dict[PurePosixPath, Files] = {}
        for path, content in files.items():
            self.folders.setdefault(path.parent, {})[path] = content
        self.problems = problems
        self.sources: dict[str, Source | Unreadable] = {}
        self.paths: dict[str, PurePosixPath] = {}
        self.used: set[PurePosixPath] = set()

    def read_named_files(self) -> None:
        """Read the best file of each topic that has a file named after it."""
        for topic in self.course.topics:
            if topic.exercises:
                self._read_named_file(topic)

    def _read_named_file(self, topic: Topic) -> None:
        """Read the best of the files that are named after the topic."""
        named = [path for path in self.files if stem(path.name) == topic.module]
        if not named:
            return
        self.used.update(named)
        python = named_files(topic, self.files)
        if not python:
            sentence = Text(
                f"This is not a Python file. Rename it to {topic.filename}.",
                f"这不是 Python 文件，请改名为 {topic.filename}。",
            )
            self.paths[topic.name] = named[0]
            self.sources[topic.name] = Unreadable(sentence)
            return
        best, *others = python
        self._read(topic, best, self.problems)
        for other in others:
            self._add_not_used(other, instead_of_it=best)

    def read_answers(self, *, is_single: bool) -> tuple[AnswersFile, ...]:
        """Read every answers.yaml. The only file of a submission may have any name."""
        is_answers = is_yaml if is_single else is_answers_file
        paths = sorted(path for path in self.files if is_answers(path))
        self.used.update(paths)
        answers: list[AnswersFile] = []
        left = MAX_ANSWERS
        for path in paths:
            content = self.files[path]
            if len(answers) == MAX_ANSWERS_FILES or len(content) > left:
                self.problems.append(Problem(file=str(path), sentence=TOO_MANY_ANSWERS))
                continue
            left -= len(content)
            file = read_answers(content, str(path))
            self.problems += file.problems
            without_problems = msgspec.structs.replace(file, problems=())
            answers.append(without_problems)
        return tuple(answers)

    def read_other_files(self) -> list[UnusedFile]:
        """Give each other file to the topics whose exercises it defines. Return the files that belong to no topic."""
        unused = []
        for path in sorted(self.files.keys() - self.used):
            names = defined_names(path, self.files)
            if isinstance(names, Unreadable):
                unused.append(UnusedFile(path, names.sentence))
                continue
            topics = self._topics_of(names)
            if topics:
                self._read_for(topics, path)
            else:
                unused.append(UnusedFile(path))
        return unused

    def _read_for(self, topics: Sequence[Topic], path: PurePosixPath) -> None:
        """Give a file to those of these topics that have no file yet."""
        missing = [topic for topic in topics if topic.name not in self.sources]
        if not missing:
            self._add_not_used(path, instead_of_it=PurePosixPath(topics[0].filename))
            return
        problems = self.problems
        for topic in missing:
            self._read(topic, path, problems)
            problems = []  # the next topics would repeat the problems of the same file

    def _topics_of(self, names: Collection[str]) -> list[Topic]:
        """Return the topics that have an exercise of one of these names."""
        topics = []
        for topic in self.course.topics:
            if any(exercise.name in names for exercise in topic.exercises):
                topics.append(topic)
        return topics

    def _read(self, topic: Topic, path: PurePosixPath, problems: list[Problem]) -> None:
        """Read the topic's source from a file, and note that the topic has it."""
        folder = self.folders[path.parent]
        if is_notebook(path):
            source = _notebook_source(topic, path, folder, self.course.version, problems)
        else:
            source = _module_source(topic, path, folder, problems)
        self.sources[topic.name] = source
        self.paths[topic.name] = path

    def _add_not_used(self, path: PurePosixPath, *, instead_of_it: PurePosixPath) -> None:
        sentence = Text(f"Not used: {instead_of_it} was taken.", f"未使用：采用了 {instead_of_it}。")
        self.problems.append(Problem(file=str(path), sentence=sentence))


def _module_source(topic: Topic, path: PurePosixPath, folder: Files, problems: list[Problem]) -> Source | Unreadable:
    code = decode(folder[path])
    if isinstance(code, Unreadable):
        return code
    helpers = _helpers(topic, path, folder, problems)
    return Source(filename=topic.filename, chunks=((topic.filename, code),), files=helpers)


def _notebook_source(
    topic: Topic, path: PurePosixPath, folder: Files, version: str, problems: list[Problem]
) -> Source | Unreadable:
    cells = code_cells(folder[path], path.name)
    if isinstance(cells, Unreadable):
        return cells
    problems += cells.problems
    helpers = _helpers(topic, path, folder, problems)
    chunks = cells.chunks
    stub = released_stub(topic) if cells.notebook.is_ours else None
    if stub is not None:
        problems += notebook_problems(cells.notebook, topic, path.name, version)
        set_up = (f"{topic.filename} {SET_UP}", stub.set_up)
        chunks = (set_up, *without_later_stubs(chunks, stub, problems))
        helpers |= COMMANDS
    source = Source(filename=topic.filename, chunks=chunks, left_out=cells.left_out, files=helpers)
    return Unreadable(TOO_LONG) if is_too_long(source.text) else source


def _helpers(topic: Topic, path: PurePosixPath, folder: Files, problems: list[Problem]) -> dict[str, bytes]:
    """Return the other files of the folder that the topic's file may import or read."""
    helpers: dict[str, bytes] = {}
    total = 0
    no_helpers = (path.name, topic.filename, TIMESTAMP)
    for other in sorted(folder):
        if other.name in no_helpers or not _may_help(other):
            continue
        content = folder[other]
        if total + len(content) > MAX_HELPERS:
            problems.append(_too_large(other))
            continue
        total += len(content)
        helpers[other.name] = content
    return helpers


def _may_help(path: PurePosixPath) -> bool:
    """Return whether the file's name is that of a module or a data file, and not of a test or a hidden file."""
    return path.suffix in HELPERS and not path.name.startswith(NO_HELPERS)


def _too_large(helper: PurePosixPath) -> Problem:
    limit = MAX_HELPERS >> 10
    en = f"Left out: helper files may have {limit} KiB in all."
    return Problem(file=str(helper), sentence=Text(en, f"未读取：辅助文件总共不超过 {limit} KiB。"))


def _no_work(path: Path, course: Course, unused: Sequence[UnusedFile]) -> SubmissionError:
    """Return the error for a submission that holds no work of the course."""
    example = _example_name(course)
    fix = Text(
        f"Hand in files with names like {example}, or files that define exercises of the course.",
        f"请提交文件名类似 {example} 的文件，或定义了课程练习的文件。",
    )
    if path.is_file():
        is_readable = is_python(path) or path.suffix.lower() == ".zip"
        if not is_readable:
            problem = Text(
                f"{path.name} is not a .py, .ipynb or .zip file.", f"{path.name} 不是 .py、.ipynb 或 .zip 文件。"
            )
            return SubmissionError(problem, fix=fix)
        if len(unused) == 1 and unused[0].reason:
            return SubmissionError(unused[0].described + Text(".", "。"))
    problem = Text(f"{path.name} holds no work of this course. ", f"{path.name} 中没有本课程的作业。")
    return SubmissionError(problem + _listed(unused), fix=fix)


def _example_name(course: Course) -> str:
    """Return the file name of the first topic with exercises, or that of the quiz answers."""
    for topic in course.topics:
        if topic.exercises:
            return topic.filename
    return f"{ANSWERS}.yaml"


def _listed(unused: Sequence[UnusedFile]) -> Text:
    """Return a sentence that names the first of the unused files."""
    if not unused:
        return Text("It is empty.", "里面没有文件。")
    files = [file.described for file in unused[:MAX_UNUSED]]
    if len(unused) > MAX_UNUSED:
        files.append(Text("…", "…"))
    en = ", ".join(file.en for file in files)
    zh = "、".join(file.zh for file in files)
    return Text(f"Found: {en}.", f"找到的文件：{zh}。")


def _hash(files: Files) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
