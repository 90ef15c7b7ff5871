"""Counts the hostile submissions that win against a home-made grader, and those that win against the sandbox.

    python benchmarks/forgeries.py [--only WORD] [--seconds 5]

The home-made grader (benchmarks/homemade) imports the student's file beside the reference, in pytest. Each attack gets
a process in namespaces of its own, with small tmpfs folders and a read-only root, so that this machine is not harmed.
The engine then grades the same files. Needs Linux and, for an ordinary user, user namespaces.
"""

import contextlib
import ctypes
import io
import json
import os
import resource
import signal
import struct
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import pytest
import torch
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

import hostile
from hostile import Attack, attacks
from small_course import write_course

from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import Verdict
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission

WINS = {
    "passed": "got a hidden test passed",
    "told": "read or told what is hidden, or got what is out of bounds",
    "killed": "ended the grader without a report",
    "hung": "hung the grader beyond its time",
    "left": "left something behind",
}
# No win there: answers that are right in that order, and finds of this benchmark or of pytest itself.
NO_WIN = {"right_at_home", "right_until_the_hidden_checks", "imports_the_grader"}
NO_WIN |= {"uses_descriptors_left_open"}
NEW, NEW_USER = 0x20000 | 0x8000000 | 0x20000000 | 0x40000000 | 0x4000000, 0x10000000  # mount, ipc, pid, net, uts
LIBC = ctypes.CDLL(None, use_errno=True)
MOUNT_SETATTR, RECURSIVE = 442, 0x8000
COURSE = {path.name: path.read_text() for path in (ROOT / "benchmarks/homemade").glob("*.py")}
HOME = Path("/tmp/pytest-of-root/pytest-0/course0")  # in a tmpfs of the attack's own; where attacks would look


def try_at_home(attack: Attack, seconds: float) -> set[str]:
    """Return what the attack wins against a pytest process, which runs in namespaces of its own."""
    code, (reader, writer) = attack.path.read_text(encoding="utf-8"), os.pipe()
    pid = _forked(lambda: _in_namespaces(code, seconds, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    if not told:
        raise SystemExit(f"{attack.name} could not be tried: namespaces, or a read-only root, are not to be had.")
    return set() if attack.name in NO_WIN else set(json.loads(told))


def _forked(run: Callable[[], object]) -> int:
    """The pid of a child that does this and ends; it never returns into its parent's code."""
    pid = os.fork()
    if pid == 0:
        try:
            run()
        finally:
            os._exit(70)  # reached by an exception, or at its end
    return pid


def _in_namespaces(code: str, seconds: float, writer: int) -> None:
    user, group = os.getuid(), os.getgid()
    if LIBC.unshare(NEW | (NEW_USER if user else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    maps = {"setgroups": "deny", "uid_map": f"0 {user} 1", "gid_map": f"0 {group} 1"}
    for name in maps if user else ():
        Path("/proc/self", name).write_text(maps[name])
    os.waitpid(_forked(lambda: os.write(writer, json.dumps([*_as_first_process(code, seconds)]).encode())), 0)


def _as_first_process(code: str, seconds: float) -> set[str]:
    """Process 1 of the namespace, which nothing inside can kill: prepares, waits, and looks around."""
    read_only = struct.pack("4Q", 1, 0, 1 << 18, 0)  # and private
    if LIBC.syscall(MOUNT_SETATTR, -100, b"/", RECURSIVE, read_only, ctypes.c_size_t(32)) != 0:
        raise OSError(ctypes.get_errno(), "mount_setattr")
    for folder in (b"/tmp", b"/var/tmp", b"/dev/shm"):
        LIBC.mount(b"none", folder, b"tmpfs", 0, b"size=128m")
    LIBC.mount(b"proc", b"/proc", b"proc", 0, None)
    _write_course(HOME, code)
    output = os.open("/tmp/output", os.O_CREAT | os.O_RDWR)
    status = _waited(_forked(lambda: _as_pytest(output)), seconds)
    wins = {"told"} if hostile.SUCCESS.search(os.pread(output, 2 << 20, 0).decode("utf-8", "replace")) else set()
    return wins | _judged(status) | ({"left"} if _left_behind() else set())


def _write_course(folder: Path, code: str) -> None:
    (folder / "solutions/01_demo").mkdir(parents=True)
    for name, text in {**COURSE, "solutions/01_demo/demo.py": COURSE["reference.py"], "demo.py": code}.items():
        (folder / name).write_text(text, encoding="utf-8")


def _as_pytest(output: int) -> None:
    os.chdir(HOME)
    os.setsid()
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.closerange(3, 4096)
    for kind, bound in {"AS": 6 << 30, "NPROC": 200, "FSIZE": 64 << 20, "CORE": 0}.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (bound, bound))
    os._exit(_run_pytest(HOME))


def _run_pytest(folder: Path) -> int:
    sys.path.insert(0, str(folder))
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:autograder", "-W", "ignore", "-c", "/dev/null"]
    return int(pytest.main([*quiet, f"--rootdir={folder}", f"--junitxml={folder}/report.xml", str(folder)]))


def warm_up() -> None:
    """Have everything imported before the first fork, and see that an honest answer passes."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        _write_course(Path(name), COURSE["reference.py"])
        if _run_pytest(Path(name)) != 0:
            raise SystemExit("The home-made grader fails an honest answer.")
    sys.path[:] = [entry for entry in sys.path if Path(entry) not in (ROOT, ROOT / "tests/support", Path(name))]
    for module in ("demo", "reference", "test_double"):
        del sys.modules[module]


def _waited(pid: int, seconds: float) -> int | None:
    """Its wait status; None where it had to be killed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (ended := os.waitpid(pid, os.WNOHANG))[0]:
            return ended[1]
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _judged(status: int | None) -> set[str]:
    """Return what a home-made grader would believe: the exit status, and the report."""
    if status is None:
        return {"hung"}
    code = os.waitstatus_to_exitcode(status)
    wins = {"passed"} if code == 0 else set()
    try:
        cases = list(ET.parse(HOME / "report.xml").iter("testcase"))
    except (OSError, ET.ParseError):
        return wins | {"killed"}
    is_good = any("hidden" in case.get("name", "") and not len(case) for case in cases)
    return wins | ({"passed"} if is_good and code == 1 else set() if code in (0, 1) else {"killed"})


def _left_behind() -> bool:
    files = [*os.listdir("/dev/shm"), *os.listdir("/var/tmp"), *(name for name in os.listdir("/tmp") if "here" in name)]
    return bool(files or {*filter(str.isdigit, os.listdir("/proc"))} - {"1"} or [*hostile.kernel_objects()])


def try_all_sandboxed(corpus: Sequence[Attack], screen: Console) -> dict[str, set[str]]:
    """Yield what each attack wins against the engine."""
    with tempfile.TemporaryDirectory() as scratch, ForkServer(hostile.LIMITS) as server:
        course = load_course(write_course(Path(scratch) / "course"))
        course.limits = hostile.LIMITS
        grader = Grader(course, server, Settings(topics=("01_demo",)))
        tried = track(corpus, "the sandbox", console=screen)
        return {attack.name: _try_sandboxed(attack, grader, Path(scratch, "demo.py")) for attack in tried}


def _try_sandboxed(attack: Attack, grader: Grader, student: Path) -> set[str]:
    student.write_text(attack.path.read_text(encoding="utf-8"), encoding="utf-8")
    server = grader.server
    server.spawn().end()  # it is warm before time is taken, and fresh after one that had to be replaced
    before, started = hostile.traces(server), time.monotonic()
    result = grader.grade(open_submission(student, grader.course))
    took = time.monotonic() - started
    earning = [check for exercise in result.exercises if exercise.points for check in exercise.checks]
    wins = {
        "hung": took > hostile.RECOVERY_SECONDS,
        "passed": any(c.verdict is Verdict.PASSED and not c.visible for c in earning),
        "told": bool(hostile.leaks(hostile.texts_of(result), (), (ROOT, grader.course.root))),
        "killed": server.process is None or server.process.poll() is not None,
        "left": bool(hostile.settled(server, before)),
    }
    if wins["left"]:
        hostile.clear(server, before)
    return {win for win, is_won in wins.items() if is_won}


def main(
    only: Annotated[str, typer.Option(help="Only attacks whose name holds this.")] = "",
    seconds: Annotated[float, typer.Option(help="What the home-made grader allows for one submission.")] = 5.0,
) -> None:
    """Try every attack against both, and print who won."""
    warm_up()
    corpus = [attack for attack in attacks() if only in attack.name]
    screen = Console(stderr=True)
    harmless = track([a for a in corpus if not a.needs_sandbox], "one pytest process", console=screen)
    at_home = {attack.name: try_at_home(attack, seconds) for attack in harmless}
    show({"one pytest process": at_home, "the sandbox": try_all_sandboxed(corpus, screen)}, len(corpus))


def show(columns: dict[str, dict[str, set[str]]], total: int) -> None:
    """The table, then the winners by name."""
    console, table = Console(width=120), Table(title=f"{total} hostile submissions", box=None)
    for heading in ("", *columns):
        table.add_column(heading, justify="right" if heading else "left")
    for win, words in WINS.items():
        table.add_row(words, *(str(sum(win in wins for wins in tried.values())) for tried in columns.values()))
    table.add_row("any of these", *(str(sum(map(bool, tried.values()))) for tried in columns.values()))
    table.add_row("not tried", *(str(total - len(tried)) for tried in columns.values()))
    console.print(table)
    for name, tried in columns.items():
        for win, words in WINS.items():
            if winners := sorted(attack for attack, wins in tried.items() if win in wins):
                console.print(f"\n{name}, {words}: {', '.join(winners)}", highlight=False)


if __name__ == "__main__":
    typer.run(main)
