"""Visible checks on a student's own machine: runs the student's code in this process and explains failures."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from .. import CHECK_ATTRIBUTE
from ..checks.describe import describe
from ..checks.failures import CheckFailure, NotAttempted, Unloaded
from ..checks.local import LocalTransport
from ..checks.odd_answers import describe_odd_answer
from ..checks.rules import find_banned
from ..checks.run import NOT_RUN, ends_exercise
from ..checks.spec import CheckSpec
from ..checks.student import Student, Transport
from ..checks.templates import HINTS, followed
from ..course.model import Course, Topic, find_course, load_course
from ..reports.folding import fault_of, short_name
from ..results.model import Verdict
from ..sandbox.worker.protocol import Raised, Reply, Request
from ..source import Source, Unreadable, decode, syntax_problem
from ..text import Language, Text
from .failures import NOT_RUN_FAULT, describe_file
from .rerun import passes_alone

NO_FOLDER = Text("--against {folder}: this folder does not exist.", "--against {folder}：没有这个文件夹。")
ENDLESS_FILE = Text(
    "It was stopped after {seconds} s: is there a loop outside of the functions that never ends?",
    "运行 {seconds} 秒后被终止：函数外面是否有死循环？",
)
PATIENCE = 3  # times the limit of grading: at home, the first import of a large library may be slow
NO_FILE = Text("The file is missing.", "没有这个文件。")

MISTAKES = (Verdict.FAILED, Verdict.CRASHED)
STUDENT = pytest.StashKey[Student]()


class NotRun(CheckFailure):
    """The check was not run: an earlier one of its exercise timed out."""

    verdict = Verdict.TIMED_OUT


class CheckRun:
    """One pytest run over the visible checks of a course."""

    def __init__(self, config: pytest.Config) -> None:
        self.course: Course
        self.language = Language(config.getoption("--lang"))
        self.against: str | None = config.getoption("--against")
        self.has_deadlines = not (config.getoption("usepdb", False) or config.getoption("trace", False))
        self.invocation_folder = config.invocation_params.dir
        self._transports: dict[str, tuple[Transport, Source | None]] = {}
        self._tried_alone: set[str] = set()  # exercises
        self._unreadable: dict[str, Unreadable] = {}  # by topic
        self._ended: set[str] = set()  # exercises of which no other check is run

    def student(self, item: pytest.Item) -> Student:
        """Return the proxy for the code beside the item's check file."""
        student = self._student(item, self._load(self._topic(item))[0])
        item.stash[STUDENT] = student
        return student

    def _student(self, item: pytest.Item, transport: Transport) -> Student:
        exercise = self.course.exercise(_spec(item).exercise)
        return Student(
            transport,
            exercise.name,
            filename=self._topic(item).filename,
            seconds=self.course.limits.call_seconds,
            banned_operators=exercise.banned_operators,
        )

    def enforce_rules(self, item: pytest.Item) -> None:
        """Raise NotRun after a check that timed out; RuleBroken if the code uses what its exercise forbids."""
        if _spec(item).exercise in self._ended:
            raise NotRun
        _, source = self._load(self._topic(item))
        exercise = self.course.exercise(_spec(item).exercise)
        broken = find_banned(source, exercise.name, exercise.banned) if source else None
        if broken is not None:
            raise broken

    def present(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Replace pytest's traceback by our message, and note the check's verdict on the report."""
        spec = _spec(item)
        facts = {
            "exercise": spec.exercise,
            "check": getattr(item, "originalname", item.name),
            "name": short_name(item.name, spec.exercise),
            "verdict": Verdict.PASSED.value,
            "fault": "",  # reports of the same fault are shown once
            "file": "",  # the student's file, if it cannot be loaded at all
        }
        error = call.excinfo.value if call.excinfo is not None else None
        if error is not None and not isinstance(error, pytest.skip.Exception | KeyboardInterrupt):
            verdict = _verdict_of(error)
            if ends_exercise(verdict):
                self._ended.add(spec.exercise)
            explanation = self._explanation(item, error)
            if verdict in MISTAKES and self._keeps_state(item):
                explanation = followed(explanation, HINTS["state"])
            facts |= {"verdict": verdict.value, **self._fault(item, error, explanation)}
            _replace_traceback(report, item, verdict, self._message(item, error, explanation))
        report.autograder = facts  # type: ignore[attr-defined]  # a field of ours on pytest's report

    def _fault(self, item: pytest.Item, error: BaseException, explanation: Text) -> dict[str, str]:
        """Return the facts "fault" and "file" of a check that failed."""
        if isinstance(error, NotRun):
            return {"fault": NOT_RUN_FAULT}
        fault = fault_of(explanation)
        if isinstance(error, Unloaded):
            file = self._file_of(item)
            return {"fault": f"{file}: {fault}", "file": file}
        return {"fault": f"{_spec(item).exercise}: {fault}"}

    def _file_of(self, item: pytest.Item) -> str:
        """Return the path of the student's file as a student would type it."""
        topic = self._topic(item)
        return str(_short(self._folder() / topic.name / topic.filename, self.invocation_folder))

    def _message(self, item: pytest.Item, error: BaseException, explanation: Text) -> str:
        """Return the title of the check, the explanation of its failure, and the line of the check."""
        if isinstance(error, Unloaded):
            problem = self._unreadable.get(self._topic(item).name)
            if problem is not None:
                return "\n".join(describe_file(self._file_of(item), problem, self.language))
            return "\n".join(f"  {line}" for line in explanation.lines(self.language))
        spec = _spec(item)
        lines = [f"{spec.exercise} · {line}" for line in spec.title.lines(self.language)]
        lines += [f"  {line}" for line in explanation.lines(self.language)]
        if not isinstance(error, AssertionError):
            lines.append(f"  {type(error).__name__}: {error}")
        line_number = (item.location[1] or 0) + 1
        lines.append(f"  {_short(item.path, self.invocation_folder)}:{line_number}")
        return "\n".join(lines)

    def _explanation(self, item: pytest.Item, error: BaseException) -> Text:
        """Return what was wrong, and the calls of the check that led to it."""
        if isinstance(error, NotRun):
            return NOT_RUN
        student = item.stash.get(STUDENT, None)
        calls = student.calls if student else []
        parameters = {}
        for exercise in self.course.exercises:
            parameters[exercise.name] = exercise.parameters
        if not isinstance(error, AssertionError):
            return describe_odd_answer(error, calls, parameters, _spec(item).title).full
        if not isinstance(error, CheckFailure):
            first_line = str(error).split("\n")[0]
            error = CheckFailure(first_line)
        return describe(error, calls, parameters).full

    def _keeps_state(self, item: pytest.Item) -> bool:
        """Return True if the failed check passes with each call in a fresh module. Only the first mistake is tried."""
        topic, spec = self._topic(item), _spec(item)
        _, source = self._load(topic)
        if source is None or not self.has_deadlines or spec.exercise in self._tried_alone:
            return False
        self._tried_alone.add(spec.exercise)
        with _importable(self._folder() / topic.name):
            return passes_alone(item, spec, source, lambda transport: self._student(item, transport))

    def _topic(self, item: pytest.Item) -> Topic:
        if not hasattr(self, "course"):
            self.course = load_course(find_course(item.path.parent))
        return self.course.topic(item.path.parent.name)

    def _load(self, topic: Topic) -> tuple[Transport, Source | None]:
        if topic.name not in self._transports:
            self._transports[topic.name] = self._transport(topic)
        return self._transports[topic.name]

    def _transport(self, topic: Topic) -> tuple[Transport, Source | None]:
        folder = self._folder() / topic.name
        path = folder / topic.filename
        if not path.is_file():
            return _Unloadable(None), None
        code = decode(path.read_bytes())
        problem = code if isinstance(code, Unreadable) else syntax_problem(code)
        if isinstance(code, Unreadable) or problem is not None:
            assert problem is not None
            self._unreadable[topic.name] = problem
            return _unparsable(path, problem), None
        source = Source(filename=topic.filename, chunks=((str(path), code),))
        seconds = PATIENCE * self.course.limits.load_seconds
        with _importable(folder):
            transport = LocalTransport(source, has_deadlines=self.has_deadlines, load_seconds=seconds)
        if transport.was_stopped:
            problem = Unreadable(ENDLESS_FILE.filled(seconds=f"{seconds:g}"))
            self._unreadable[topic.name] = problem
            return _unparsable(path, problem), None
        return transport, source

    def _folder(self) -> Path:
        if self.against is None:
            return self.course.root / "exercises"
        for base in (self.invocation_folder, self.course.root):
            if (base / self.against).is_dir():
                return base / self.against
        missing = NO_FOLDER.filled(folder=self.against)
        raise pytest.UsageError("\n".join(missing.lines(self.language)))


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the student's file import modules beside it. Forget them afterwards: another topic may use the same names."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _forget_modules_of(folder)


def _forget_modules_of(folder: Path) -> None:
    """Remove the modules of a folder from sys.modules, apart from those that the checks still need."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not file:
            continue
        path = Path(file)
        if path.parent == folder and not _is_ours(name, path):
            del sys.modules[name]


def _is_ours(module: str, file: Path) -> bool:
    """Return whether the module is the student's file as we loaded it, or a file of checks."""
    return module.startswith("_torchstone") or file.name.startswith("test_")


class _Unloadable:
    """The transport for code that is missing or that Python cannot read: every call fails."""

    names: frozenset[str] = frozenset()

    def __init__(self, problem: Raised | None) -> None:
        self.problem = problem

    def why_missing(self, name: str) -> Raised | None:
        return self.problem

    def request(self, request: Request, seconds: float) -> Reply:
        if self.problem is not None:
            raise Unloaded("", self.problem)
        raise NotAttempted("the file", NO_FILE)

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure


def _unparsable(path: Path, problem: Unreadable) -> _Unloadable:
    """Return the transport for a file that Python cannot parse: every call raises its SyntaxError."""
    frames = [(str(path), problem.line or 1, "", "")]
    error = Raised("SyntaxError", ["SyntaxError"], problem.sentence.en, frames)
    return _Unloadable(error)


def _verdict_of(error: BaseException) -> Verdict:
    """Return the verdict on a check that raised this error."""
    if isinstance(error, CheckFailure):
        return error.verdict
    return Verdict.FAILED


def _replace_traceback(report: pytest.TestReport, item: pytest.Item, verdict: Verdict, message: str) -> None:
    """Let pytest show the message. A check of an exercise that was not attempted counts as skipped."""
    if verdict is Verdict.NOT_ATTEMPTED:
        line_index = item.location[1] or 0
        report.outcome = "skipped"
        report.longrepr = (str(item.path), line_index, message)
    else:
        report.longrepr = message


def _spec(item: pytest.Item) -> CheckSpec:
    spec: CheckSpec = getattr(item.function, CHECK_ATTRIBUTE)  # type: ignore[attr-defined]  # only functions are checks
    return spec


def _short(path: Path, base: Path) -> Path:
    return path.relative_to(base) if path.is_relative_to(base) else path
