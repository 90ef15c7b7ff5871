"""The attacks, the traces that they could leave, and the texts that no report may show.

An attack is a file of tests/attacks whose docstring begins "<verdict>: <what it tries>."; several verdicts are joined
by "|". A second line "Needs the sandbox." says that it must not be run without one. A success that a verdict does not
show (the attack read or made something that is out of bounds) is raised as an exception "LEAK: <what>".
"""

import ast
import importlib.util
import io
import os
import re
import subprocess
import sysconfig
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import psutil
import torch
from rich.console import Console

from autograder.course.limits import Limits
from autograder.grading.prefetch.batch import LEAST_SECONDS
from autograder.reports.terminal import class_table, show_submission
from autograder.results.model import SubmissionResult, Verdict
from autograder.results.summary import summarise
from autograder.sandbox.channel import WALL_FACTOR
from autograder.sandbox.fork_server import WORKER_PACKAGE, ForkServer
from autograder.text import Language

ATTACKS = Path(__file__).parents[1] / "attacks"
UNREADABLE = "unreadable"  # what a submission may be that is no verdict of an exercise
PROMISE = re.compile(r"^(?P<verdicts>[a-z_|]+): (?P<what>.+)\.$")
SUCCESS = re.compile(r"LEAK: (?!\{)")  # "LEAK: {" is a line of the attack's own source, quoted
NUMBER = re.compile(r"-?\d+\.\d{4,}")
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
WATCHED_FOLDERS = ("/var/tmp", "/dev/shm", "/dev/mqueue", "/")
# Other programs use these folders, too. Below are the names that attacks use there, or Python for them.
EVERYBODYS = ("/tmp", "/run")
OF_ATTACKS = re.compile(r"torchstone-was-here.*|psm_.*|pymp-.*|torch_\d+_.*|sem\..*")
LIMITS = Limits(call_seconds=0.5, load_seconds=1.5, strikes=1, submission_seconds=60.0)  # a loop costs half a second
SLACK_SECONDS = 1.0  # beyond the limits: for spawning, killing and sweeping up, on a busy machine
# One deadline, of loading or of a call and what was sent ahead of it; by the clock it is twice as long.
_DEADLINE = max(LIMITS.load_seconds, LIMITS.strikes * LIMITS.call_seconds + LEAST_SECONDS)
RECOVERY_SECONDS = WALL_FACTOR * _DEADLINE + SLACK_SECONDS
SETTLING_SECONDS = 1.0  # a killed process may take a moment to vanish
KERNEL_OBJECTS = {"shm": "-m", "sem": "-s", "msg": "-q"}  # System V, with what ipcrm calls them
KEYS = ("28869", "28870")  # that attacks use
LIBRARIES = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))
PLANTED = ("sitecustomize.py", "usercustomize.py", "conftest.py", "torch.py", "zz.pth", "torchstone-was-here")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attack:
    """One hostile file and its promise."""

    path: Path
    verdicts: frozenset[str]
    what: str
    needs_sandbox: bool

    @property
    def name(self) -> str:
        return self.path.stem


def read_attack(path: Path) -> Attack:
    """Read the promise of a file. Raise ValueError if it makes none."""
    lines = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines() or [""]
    promise = PROMISE.match(lines[0])
    if promise is None:
        raise ValueError(f'{path.name} must begin with """<verdict>: <what it tries>."""')
    verdicts = frozenset(promise["verdicts"].split("|"))
    if not verdicts <= {*Verdict, UNREADABLE} - {Verdict.BROKEN}:
        raise ValueError(f"{path.name} promises an unknown verdict: {promise['verdicts']}")
    needs_sandbox = "Needs the sandbox." in lines[1:2]
    return Attack(path=path, verdicts=verdicts, what=promise["what"], needs_sandbox=needs_sandbox)


def attacks(folder: str = "") -> list[Attack]:
    """Return all attacks of the folder: files to grade, or with "handed_in" the builders of odd submissions."""
    return [read_attack(path) for path in sorted((ATTACKS / folder).glob("*.py"))]


def load_builder(attack: Attack) -> ModuleType:
    """Import a module of handed_in. Its `build(folder)` makes the submission and returns its path."""
    spec = importlib.util.spec_from_file_location(f"handed_in_{attack.name}", attack.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Traces


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """The state of this machine that an attack could change: processes, files, kernel objects, the server."""

    processes: frozenset[str]
    files: frozenset[str]
    kernel_objects: frozenset[str]  # System V segments, semaphores and queues
    descriptors: int
    server: tuple[Any, ...]  # which process it is, and what it may do

    def more_than(self, earlier: "Traces") -> list[str]:
        """Return what is new or different since `earlier`."""
        found = sorted(
            (self.processes - earlier.processes)
            | (self.files - earlier.files)
            | (self.kernel_objects - earlier.kernel_objects)
        )
        if self.descriptors != earlier.descriptors:
            found.append(f"{self.descriptors - earlier.descriptors} descriptors of the grader")
        if self.server != earlier.server:
            found.append(f"the server is {self.server}, was {earlier.server}")
        return found


def traces(server: ForkServer) -> Traces:
    """Collect the current traces."""
    return Traces(
        processes=frozenset(_processes()),
        files=frozenset(_files(server.folder)),
        kernel_objects=frozenset(kernel_objects()),
        descriptors=len(os.listdir("/proc/self/fd")),
        server=_server_state(server),
    )


def _processes() -> Iterator[str]:
    """Yield our descendants with zombies, and the workers of this engine that have lost their parents."""
    own = str(WORKER_PACKAGE / "__main__.py")
    for process in psutil.Process().children(recursive=True):
        yield f"process {process.pid}"
    for process in psutil.process_iter(["cmdline", "ppid"]):
        if own in (process.info["cmdline"] or ()) and process.info["ppid"] in (0, 1):
            yield f"orphan {process.pid}"


def _files(server_folder: Path) -> Iterator[str]:
    home = Path.home()
    for folder in {*WATCHED_FOLDERS, str(server_folder), os.getcwd(), str(home), str(home / ".cache")}:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            yield f"file {os.path.join(folder, name)}"
    for folder in EVERYBODYS:
        yield from (f"file {folder}/{name}" for name in os.listdir(folder) if OF_ATTACKS.fullmatch(name))
    for folder in LIBRARIES:
        yield from (f"file {folder}/{name}" for name in PLANTED if os.path.exists(f"{folder}/{name}"))


def kernel_objects() -> Iterator[str]:
    """Yield System V segments, semaphores and queues, which outlive every process."""
    for kind in KERNEL_OBJECTS:
        for line in Path("/proc/sysvipc", kind).read_text().splitlines()[1:]:
            key, number, *_ = line.split()
            yield f"{kind} {key} {number}"


def _server_state(server: ForkServer) -> tuple[Any, ...]:
    if server.process is None or server.process.poll() is not None:
        return ("dead",)
    process = psutil.Process(server.process.pid)
    limits = [process.rlimit(kind) for kind in (psutil.RLIMIT_NOFILE, psutil.RLIMIT_AS, psutil.RLIMIT_CPU)]
    return process.pid, process.nice(), *process.cpu_affinity(), *limits


def settled(server: ForkServer, before: Traces) -> list[str]:
    """Return the traces that are left after a moment."""
    until = time.monotonic() + SETTLING_SECONDS
    while found := traces(server).more_than(before):
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return found


def clear(server: ForkServer, before: Traces) -> None:
    """Kill the server and remove the attack's files, so that a failed test does not make the next ones fail."""
    for trace in traces(server).more_than(before):
        kind, _, where = trace.partition(" ")
        if kind in KERNEL_OBJECTS and where.split()[0] in KEYS:
            subprocess.run(["ipcrm", KERNEL_OBJECTS[kind], where.split()[1]], check=False)
        elif kind == "file" and _is_an_attacks(where, server.folder):
            subprocess.run(["chattr", "-R", "-i", where], check=False, capture_output=True)
            subprocess.run(["rm", "-rf", where], check=False)  # rmtree cannot remove what is nested too deeply
    assert server.process is not None
    server.process.kill()
    server.process.wait()


def _is_an_attacks(file: str, server_folder: Path) -> bool:
    """Return whether only an attack can have made the file."""
    folder, name = os.path.split(file)
    is_planted = folder in LIBRARIES and name in PLANTED
    return is_planted or OF_ATTACKS.fullmatch(name) is not None or file.startswith(str(server_folder))


# Texts of reports


def texts_of(result: SubmissionResult) -> list[str]:
    """Return every text of the result."""

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for item in value.values():
                yield from strings(item)
        elif isinstance(value, list | tuple):
            for item in value:
                yield from strings(item)

    msgspec.json.encode(result)  # it can be written
    return list(strings(msgspec.to_builtins(result)))


def rendered(result: SubmissionResult, topics: Iterable[str]) -> str:
    """Return what both terminal reports show of the result."""
    console = Console(file=io.StringIO(), width=120)
    show_submission(result, Language.BOTH, console)
    console.print(class_table([summarise(result)], list(topics)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def leaks(texts: Iterable[str], secrets: Iterable[float], paths: Iterable[Path]) -> list[str]:
    """Return each text that holds a success of the attack, a path of ours, or a number of a hidden check."""
    numbers, folders = list(secrets), [str(path) for path in paths]
    return [
        text[:300]
        for text in texts
        if SUCCESS.search(text)
        or any(folder in text for folder in folders)
        or any(abs(float(found) - secret) < 1e-4 for found in NUMBER.findall(text) for secret in numbers)
    ]


def unprintable(shown: str) -> list[str]:
    """Return the characters that would move a terminal's cursor, colour its text, or turn it around."""
    return CONTROLS.findall(shown)


def numbers_in(value: Any) -> Iterator[float]:
    """Yield the numbers of tensors, at any depth, that nobody can guess: neither whole nor half numbers."""
    if isinstance(value, torch.Tensor):
        yield from (float(n) for n in value.flatten().tolist() if (2 * n) % 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers_in(item)
