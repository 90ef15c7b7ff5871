"""The sandbox: what each layer prevents, deadlines, limits, preloaded libraries, and levels of isolation."""

import functools
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from small_course import QUICK, ROOT, source
from typer.testing import CliRunner

from autograder.checks.remote import RemoteModule, SubmissionWorker
from autograder.cli import app
from autograder.course.model import load_course
from autograder.errors import SandboxError
from autograder.grading.settings import slow_libraries
from autograder.results.files import read_result
from autograder.sandbox.channel import WorkerDied, _pid_here
from autograder.sandbox.doctor import Examination, examine
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.level import REMEDIES, Level, level_of
from autograder.sandbox.worker.protocol import CallFunction

is_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: only root gets every layer and can run workers as other users"
)


def can_do(found: Examination) -> set[str]:
    return {one.act for one in found.acts if one.succeeded}


@pytest.fixture(scope="module")
def everything() -> Examination:
    return examine()


@is_root
def test_with_every_layer_nothing_forbidden_can_be_done(everything: Examination) -> None:
    assert set(everything.layers.values()) == {"on"}
    assert everything.level is Level.STRICT
    assert can_do(everything) == set()
    assert len(everything.acts) > 25


def test_every_layer_has_a_remedy(everything: Examination) -> None:
    assert set(everything.layers) == set(REMEDIES)


# Layers to leave out -> some of the acts that only they refuse on this kind of machine.
HELD_BACK = {
    ("system_calls",): {
        "start a process",
        "open a UDP socket",
        "share memory by System V",
        "use a keyring",
        "read how much the machine has to do",
        "read the free space of a shared disk",
        "read a counter of the kernel from its own output",
        "lock a file that others can lock",
        "wait where others can see it",
    },
    ("system_calls", "namespaces"): {"see another process by its number", "read the clock of another process"},
    ("file_access", "private_root"): {"read /etc/passwd", "write to /tmp", "list the processes"},
    ("namespaces", "unprivileged_user"): {"see that the secret file exists", "be root"},
    ("resource_limits", "common_limits"): {"map 16 GiB of shared memory", "start 300 threads"},
}


@is_root
@pytest.mark.parametrize("left_out", HELD_BACK, ids="+".join)
def test_each_layer_prevents_something(left_out: tuple[str, ...]) -> None:
    found = examine(frozenset(left_out))
    assert all(found.layers[layer] == "missing: turned off" for layer in left_out)
    assert can_do(found) >= HELD_BACK[left_out]


def test_a_level_needs_one_layer_of_each_group(everything: Examination) -> None:
    on = dict.fromkeys(everything.layers, "on")
    assert level_of(on) is Level.STRICT
    assert level_of(on | {"private_root": "missing: x"}) is Level.STRICT
    assert level_of(on | {"private_root": "missing: x", "file_access": "missing: x"}) is Level.BASIC
    for layer in ("system_calls", "resource_limits", "no_new_privileges"):
        assert level_of(on | {layer: "missing: x"}) is Level.BASIC
    assert level_of({}) is Level.BASIC


def test_no_worker_is_given_out_below_the_minimum() -> None:
    with (
        ForkServer(QUICK, without=frozenset({"system_calls"})) as server,
        pytest.raises(SandboxError, match="system_calls") as refusal,
    ):
        server.spawn()
    assert "--isolation basic" in str(refusal.value)
    assert "autograder doctor" in str(refusal.value)


def test_doctor_shows_layers_acts_and_level(everything: Examination) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert f"Isolation: {everything.level}" in result.output
    assert result.exit_code == (0 if everything.level is Level.STRICT else 1)
    for word in ("system_calls", "open a UDP socket", "acts are refused"):
        assert word in result.output


AS_ANOTHER_USER = """
import sys
sys.path[:0] = sys.argv[1:]
from autograder.sandbox.doctor import examine
for without in (frozenset(), frozenset({"namespaces"})):
    found = examine(without)
    print(found.level, *sorted(one.act for one in found.acts if one.succeeded), sep="|")
"""


def opened(*trees: Path) -> str:
    """Return shell commands that let every user read these trees in a mount namespace, below closed folders too."""
    closed = {next((f for f in reversed(tree.parents) if f.stat().st_mode & 0o005 != 0o005), None) for tree in trees}
    commands = ["mount -t tmpfs tmpfs /mnt"]
    commands += [f"mkdir /mnt/{n}; mount --bind {tree} /mnt/{n}" for n, tree in enumerate(trees)]
    commands += [f"mount -t tmpfs -o mode=755 tmpfs {folder}" for folder in closed if folder]
    commands += [f"mkdir -p {tree}; mount --bind /mnt/{n} {tree}" for n, tree in enumerate(trees)]
    return "; ".join([*commands, ""])


@is_root
def test_an_ordinary_user_gets_strict_isolation_with_and_without_namespaces() -> None:
    script = opened(Path(sys.base_prefix), ROOT) + 'exec setpriv --reuid 12345 --regid 12345 --clear-groups "$@"'
    command = ["unshare", "-m", "sh", "-ec", script, "sh", sys.executable, "-c", AS_ANOTHER_USER, str(ROOT)]
    environment = {"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/tmp", timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == [
        "strict",
        "strict|see another process by its number|see that the secret file exists",
    ]


WHO_AM_I = """
import os, threading

def numbers():
    threads = [threading.Thread(target=lambda: None) for _ in range(3)]
    for thread in threads:
        thread.start()
    return [os.getpid(), os.getppid(), os.getsid(0), threads[-1].native_id]

def user():
    return os.getuid()
"""


@is_root
def test_a_worker_sees_no_number_that_counts_the_workers_before_it(transport) -> None:
    """Otherwise an earlier submission could tell it something by the number of processes that it starts."""
    students = [transport(WHO_AM_I) for _ in range(5)]
    assert {tuple(call(student, "numbers")) for student in students} == {(1, 0, 1, 4)}
    users = [call(student, "user") for student in students]
    assert len(set(users)) == 5
    steps = {later - earlier for earlier, later in itertools.pairwise(users)}
    assert len(steps) > 1, users


HOLES = """
import sys
from autograder.sandbox.worker.malloc_tuning import fill_holes, usage
blocks = [bytes(size) for size in range(20, 4000, 3) for _ in range(20)]
del blocks[::2]
for number in range(2):
    now = usage()
    if now is None:
        sys.exit(3)
    print(now.free - now.at_end)
    if not number:
        fill_holes()
"""


def test_memory_that_libraries_freed_is_filled_before_workers_are_forked() -> None:
    environment = os.environ | {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    command = [sys.executable, "-c", HOLES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 3:
        pytest.skip("malloc is not glibc's")
    before, after = map(int, done.stdout.split())
    assert before > 10 << 20
    assert after < 64 << 10


@pytest.fixture
def transport() -> Iterator[Callable[..., RemoteModule]]:
    """Return a function that loads code into a worker of its own server, with some layers left out."""
    made: list[tuple[ForkServer, RemoteModule]] = []

    def make(code: str, *without: str, **limits: int) -> RemoteModule:
        chosen = msgspec.structs.replace(QUICK, **limits)
        server = ForkServer(chosen, minimum=Level.BASIC, without=frozenset(without))
        module = SubmissionWorker(server, chosen).load(source(code), "01_demo")
        made.append((server, module))
        module.ensure_loaded()
        return module

    yield make
    for server, module in made:
        module.worker.close()
        server.close()


def call(transport: RemoteModule, name: str, *args: object, seconds: float = 5.0) -> Any:
    reply = transport.request(CallFunction(name=name, args=args), seconds)
    assert reply.error is None, reply.error
    return reply.value


SLEEPER = """
import time
def spin():
    until = time.process_time() + 30
    while time.process_time() < until:
        pass
def nap():
    time.sleep(30)
def fill():
    for number in range(1000):
        with open(f"file{number}", "wb") as file:
            file.write(bytes(1 << 20))
    time.sleep(30)
def chatter():
    for _ in range(300):
        print("x" * 9999)
"""


@pytest.mark.parametrize("name", ["spin", "nap"])
def test_a_deadline_is_processor_time_and_at_most_twice_as_long_by_the_clock(name: str, transport) -> None:
    student = transport(SLEEPER)
    started = time.monotonic()
    with pytest.raises(WorkerDied, match="time"):
        call(student, name, seconds=0.5)
    assert 0.4 < time.monotonic() - started < 2.0
    assert not student.worker.is_alive


def test_time_that_other_processes_use_does_not_count(transport) -> None:
    """The test stops the worker for longer than its deadline, as if other processes had the processor."""
    student = transport("def work():\n    return sum(range(2_000_000))\n")
    pid = _pid_here(student.worker._worker.pidfd)
    os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(0.7, os.kill, (pid, signal.SIGCONT))
    timer.start()
    assert call(student, "work", seconds=0.6) == sum(range(2_000_000))
    timer.join()


@pytest.mark.parametrize("without", [(), ("namespaces", "unprivileged_user")], ids=["own-disk", "shared-disk"])
def test_a_scratch_folder_has_a_size(without: tuple[str, ...], transport) -> None:
    """A file system of its own is full at some point; on a shared disk, the grader watches the folder."""
    student = transport(SLEEPER, *without, scratch_mb=8)
    with pytest.raises((WorkerDied, AssertionError), match=r"scratch|No space left"):
        call(student, "fill")


def test_output_is_counted_and_discarded(transport) -> None:
    student = transport(SLEEPER)
    call(student, "chatter")
    call(student, "chatter")
    student.worker.close()
    assert student.worker.printed >= 2 * 300 * 10_000 - (1 << 18)


SLOW_LIBRARIES = """
import jieba
import torch
def step():
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1)
    optimiser.step()
    return len(optimiser.param_groups)
def words():
    return jieba.lcut("我来到北京")
def loaded():
    import sys
    return len(sys.modules), jieba.dt.initialized
def backward():
    x = torch.ones(2, requires_grad=True)
    x.sqrt().backward(torch.ones(2))
    return x.grad.tolist()
"""


def test_a_library_that_was_not_preloaded_is_loaded_on_use() -> None:
    limits = msgspec.structs.replace(QUICK, call_seconds=30.0)
    with ForkServer(limits, preload=frozenset()) as server:
        student = SubmissionWorker(server, limits).load(source(SLOW_LIBRARIES), "01_demo")
        student.ensure_loaded()
        assert call(student, "loaded")[1] is False
        assert call(student, "step", seconds=30.0) == 1
        assert call(student, "words", seconds=30.0) == ["我", "来到", "北京"]
        student.worker.close()


def test_the_libraries_that_the_topics_use_are_preloaded() -> None:
    course = load_course(ROOT)
    optimisers, words = "06_optimisers", "12_text_embedding"
    backward = "backward with a gradient"
    assert slow_libraries(course, ["10_convolution"]) == set()
    assert slow_libraries(course, ["09_batch_norm"]) == {backward}  # it mentions optimisers, and uses none
    assert slow_libraries(course, ["10_convolution", optimisers]) == {"torch.optim", backward}
    assert slow_libraries(course, [words]) == {"jieba", backward}


@pytest.mark.parametrize(
    ("slow", "function"), [("torch.optim", "step"), ("backward with a gradient", "backward"), ("jieba", "words")]
)
def test_a_preloaded_library_loads_nothing_more_in_a_worker(slow: str, function: str) -> None:
    with ForkServer(QUICK, preload=frozenset({slow})) as server:
        student = SubmissionWorker(server, QUICK).load(source(SLOW_LIBRARIES), "01_demo")
        student.ensure_loaded()
        before = call(student, "loaded")
        call(student, function)
        assert call(student, "loaded") == before
        student.worker.close()


@pytest.mark.parametrize("module", ["cli.grading_run", "integrations.nbgrader.grading"])
def test_the_server_can_be_started_before_torch_is_imported(module: str) -> None:
    code = f"import sys, autograder.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False).returncode == 0


def test_one_server_serves_several_graders_and_outlives_each() -> None:
    with ForkServer(QUICK, workers=2) as server:
        other = server.connected()
        first, second = server.spawn(), other.spawn()
        assert first.pid != second.pid
        pid = _pid_here(second.pidfd)
        other.close()  # a grader that ends and leaves its worker running
        deadline = time.monotonic() + 5
        while psutil.pid_exists(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not psutil.pid_exists(pid)
        second.channel.close()
        first.end()
        server.spawn().end()


def test_a_connection_whose_server_is_lost_starts_one_of_its_own() -> None:
    with ForkServer(QUICK) as server:
        other = server.connected()
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        with pytest.raises(SandboxError, match="ended unexpectedly"):
            other.spawn()
        other.spawn().end()
        other.close()


def test_a_server_leaves_nothing_behind() -> None:
    with ForkServer(QUICK) as server:
        worker = server.spawn()
        has_groups = worker.layers["common_limits"] == "on"  # as root, or in a delegated group
        worker.end()
        assert server.process is not None
        folder, name = server.folder, f"torchstone-{server.process.pid}"
        groups = list(Path("/sys/fs/cgroup").glob(f"**/{name}"))
        assert bool(groups) == has_groups
    assert not any(group.exists() for group in groups)
    assert not folder.exists()


TRAINING = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

def train():
    torch.set_num_threads(2)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    optimiser = torch.optim.Adam(model.parameters())
    data = TensorDataset(torch.randn(32, 1, 8, 8), torch.randint(0, 2, (32,)))
    losses = []
    for _ in range(3):
        for x, y in DataLoader(data, batch_size=8, shuffle=True):
            loss = nn.functional.cross_entropy(model(x), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    return losses

def recurrent():
    lstm = nn.LSTM(8, 16, num_layers=2)
    out, _ = lstm(torch.randn(12, 4, 8))
    out.pow(2).sum().backward()
    return float(lstm.weight_hh_l0.grad.norm())

def in_threads():
    import threading
    found = []
    def work():
        x = torch.randn(300, 300, requires_grad=True)
        (x @ x).sum().backward()
        found.append(x.grad.shape[0])
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return found

def words():
    import jieba
    return jieba.lcut("我们在学习深度学习")

def saved():
    torch.save({"w": torch.ones(3)}, "model.pt")
    return torch.load("model.pt")["w"]

def drawn():
    return torch.rand(2).tolist()

def collects():
    import gc
    return gc.isenabled()
"""


def test_training_works_in_a_worker(transport) -> None:
    """Backward passes, threads, LSTMs, loaders, files and jieba work in a forked child of the warm server."""
    student = transport(TRAINING)
    first = call(student, "train", seconds=20.0)
    assert len(first) == 12 and first == call(student, "train", seconds=20.0)
    assert call(student, "recurrent", seconds=20.0) > 0
    assert call(student, "in_threads", seconds=20.0) == [300] * 4
    assert call(student, "words", seconds=30.0) == ["我们", "在", "学习", "深度", "学习"]
    assert call(student, "saved").tolist() == [1, 1, 1]
    assert call(student, "collects") is True
    assert call(student, "drawn") == call(student, "drawn")


@pytest.fixture
def without_seccomp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make servers without a filter of system calls, as on a machine that lacks seccomp."""
    less = functools.partial(ForkServer, without=frozenset({"system_calls"}))
    monkeypatch.setattr("autograder.classroom.graders.local.ForkServer", less)


def test_grading_is_refused_below_the_strict_level(
    without_seccomp: None, own_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    student = tmp_path / "student"
    student.mkdir()
    (student / "demo.py").write_text("def double(x):\n    return 2 * x\n")
    command = ["grade", str(student), "--course", str(own_course), "--out", str(tmp_path / "out")]
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 2
    assert "it lacks system_calls" in refused.output and "--isolation basic" in refused.output
    assert not list((tmp_path / "out").glob("*.json"))
    assert CliRunner().invoke(app, [*command, "--isolation", "basic"]).exit_code == 0
    result = read_result(tmp_path / "out" / "student.json")
    assert result.isolation == "basic"
    assert result.confinement["system_calls"] == "missing: turned off"


@is_root
def test_a_thread_bomb_leaves_its_neighbours_their_threads(transport) -> None:
    """The kernel counts threads by user. Each worker is a user of its own, even beside those of another server."""
    code = """
        import os, threading, time
        def bomb():
            for started in range(500):
                try:
                    threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
                except RuntimeError:
                    return started
        def user():
            return os.getuid()
    """
    first, second = transport(code), transport(code)
    assert call(first, "user") != call(second, "user")
    assert 10 < call(first, "bomb") < 100
    assert call(second, "bomb") > 10
