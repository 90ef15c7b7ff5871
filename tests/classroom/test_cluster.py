"""Grading on a Dask cluster, with real schedulers and workers on this machine."""

import contextlib
import io
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from small_course import DOUBLE_ONLY, autograder, start_autograder
from typer.testing import CliRunner

from autograder.classroom.cluster import client, plugin, process
from autograder.classroom.cluster.messages import GraderReply, engine, pack_course, read_frame, write_frame
from autograder.classroom.cluster.plugin import GraderPlugin, GraderProcess
from autograder.classroom.graders.task import Failure
from autograder.cli import app
from autograder.course.model import Course, load_course
from autograder.errors import ClusterError
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.model import SubmissionResult
from autograder.submission.model import Submission
from autograder.submission.read import open_submission

NO_WORKER: Any = None  # stands for Dask's worker, which our plugin does not use
SETTINGS = msgspec.json.encode(Settings(topics=("01_demo",)))
FILES = {
    "slow": "import time\ndef double(x):\n    time.sleep(0.03)\n    return 2 * x\n# {}\n",
    "squares": "def double(x):\n    return x * x\n# {}\n",
    "broken": "def double(x:\n# {}\n",
    "own helper": "from helper import twice\ndef double(x):\n    return twice(x)\n# {}\n",
}


class Cluster:
    """A scheduler and its workers, started as `dask scheduler` and `dask worker` start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        deadline = time.monotonic() + 60
        while not (folder / "scheduler.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.address = json.loads((folder / "scheduler.json").read_text())["address"]
        self.workers: list[psutil.Popen] = []

    def add_worker(self, **environment: str) -> None:
        self.workers.append(self._start("worker", "--nthreads", "1", "--no-nanny", **environment))

    def _start(self, kind: str, *arguments: str, **environment: str) -> psutil.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments]
        command += ["--no-dashboard", "--scheduler-file", str(self.folder / "scheduler.json")]
        environment = {**os.environ, **environment}
        return psutil.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def close(self) -> None:
        for started in [*self.workers, self.scheduler]:
            started.kill()
            started.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    (tmp_path / "cluster").mkdir()
    cluster = Cluster(tmp_path / "cluster")
    yield cluster
    cluster.close()


@pytest.fixture
def class_folder(own_course: Path) -> Path:
    for number in range(16):
        kind, code = list(FILES.items())[number % 4]
        folder = own_course / "class" / f"{kind} {number}"
        folder.mkdir(parents=True)
        (folder / "demo.py").write_text(code.format(number))
        (folder / "helper.py").write_text("def twice(x):\n    return x + x\n")
    (own_course / "class" / "twin").mkdir()
    (own_course / "class" / "twin" / "demo.py").write_bytes((own_course / "class/slow 0/demo.py").read_bytes())
    (own_course / "class" / "fay.zip").write_text("no zip")
    return own_course / "class"


def test_a_cluster_that_loses_a_worker_gives_the_same_results_as_this_machine(
    class_folder: Path, cluster: Cluster, tmp_path: Path
) -> None:
    """One of two workers is killed midway. Its grader and their folder vanish; the next run reuses the other."""
    cluster.add_worker()
    cluster.add_worker()
    course, out = class_folder.parent, tmp_path / "out"
    run = start_autograder("grade", "class", "--cluster", cluster.address, "--out", out, cwd=course)
    while len(list(out.glob("*.json"))) < 3 and run.poll() is None:
        time.sleep(0.02)
    lost, other = cluster.workers
    graders, (survivor,) = lost.children(recursive=True), graders_of(other)
    folder = Path(graders_of(lost)[0].cmdline()[-1])
    assert folder.stat().st_mode & 0o777 == 0o700
    lost.kill()
    assert run.wait(100) == 1  # fay.zip
    assert not psutil.wait_procs(graders, timeout=10)[1]
    assert not folder.exists()
    autograder("grade", "class", "--out", tmp_path / "local", "--jobs", "1", cwd=course)
    assert len(list(out.iterdir())) == 17
    for path in (tmp_path / "local").iterdir():
        assert path.read_bytes() == (out / path.name).read_bytes()
    again = autograder("grade", "class", "--cluster", cluster.address, "--out", out, cwd=course)
    assert "17 graded (17 unchanged and kept), 1 unreadable" in again.stdout
    (class_folder / "slow 0" / "demo.py").write_text(DOUBLE_ONLY)
    again = autograder("grade", "class", "--cluster", cluster.address, "--out", out, cwd=course)
    assert "17 graded (16 unchanged and kept), 1 unreadable" in again.stdout
    assert graders_of(other) == [survivor]


def graders_of(worker: psutil.Process) -> list[psutil.Process]:
    """Return the grader processes of a Dask worker, without the processes of students."""
    found = []
    for child in worker.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if "autograder.classroom.cluster.process" in child.cmdline():
                found.append(child)
    return found


def test_a_worker_without_torchstone_is_reported(own_course: Path, cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "__init__.py").write_text("")
    cluster.add_worker(PYTHONPATH=str(tmp_path))
    with client._connected(cluster.address) as connected, pytest.raises(ClusterError) as refusal:
        client._check_engines(connected, engine())
    assert "cannot grade: ModuleNotFoundError" in str(refusal.value)


def test_a_different_engine_and_a_cluster_without_workers_are_reported(
    class_folder: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.chdir(class_folder.parent)
    monkeypatch.setattr(client, "WORKER_SECONDS", 0.1)
    command = ["grade", "class", "--cluster", cluster.address, "--out", "out"]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 2
    assert "The cluster has no workers. Start some with `dask worker`." in run.stderr
    cluster.add_worker()
    monkeypatch.setattr(client, "WORKER_SECONDS", 30.0)
    with client._connected(cluster.address) as connected, pytest.raises(ClusterError) as refusal:
        client._check_engines(connected, {**engine(), "torch": "1.0"})
    assert str(refusal.value).startswith("The worker tcp://")
    assert f"has torch {engine()['torch']} instead of 1.0. Every worker needs the same" in str(refusal.value)
    monkeypatch.setattr(client, "_check_engines", lambda *arguments: None)  # as if the worker had come later
    monkeypatch.setattr(client, "engine", lambda: {**engine(), "torch": "1.0"})
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 2
    assert "A worker of the cluster has torch" in run.stderr
    assert not list(Path("out").iterdir())


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1"),
        ("tls://127.0.0.1:1", "A tls:// address needs certificates. docs/cluster.md"),
    ],
)
def test_a_wrong_address_is_reported(address: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    with pytest.raises(ClusterError) as refusal, client._connected(address):
        pass
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("10.0.0.1:8786", "10.0.0.1:8786 is not the address of a Dask scheduler. Start one"),
        ("tcp://10.0.0.1:8786", "tcp://10.0.0.1:8786 is not encrypted"),
        ("tcp://scheduler:8786", "tcp://scheduler:8786 is not encrypted"),
        ("tcp://localhost.example.org:8786", "tcp://localhost.example.org:8786 is not encrypted"),
        ("tcp://[fe80::1]:8786", "tcp://[fe80::1]:8786 is not encrypted"),
    ],
)
def test_plain_tcp_to_another_machine_is_refused(own_course: Path, address: str, message: str) -> None:
    with pytest.raises(ClusterError) as refusal:
        client.ClusterGraders(load_course(own_course), Settings(topics=("01_demo",)), address)
    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786", "tcp://localhost:8786", "tls://a:8786"]
)
def test_this_machine_and_tls_are_accepted(own_course: Path, address: str) -> None:
    client.ClusterGraders(load_course(own_course), Settings(topics=("01_demo",)), address)


def test_plain_tcp_is_accepted_if_the_instructor_says_so(own_course: Path) -> None:
    client.ClusterGraders(load_course(own_course), Settings(topics=("01_demo",)), "tcp://10.0.0.1:8786", insecure=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--jobs", "2"], "--jobs is for this machine."), ([], "pip install 'torchstone[cluster]'")],
    ids=["with --jobs", "without Dask"],
)
def test_impossible_options_are_reported(
    class_folder: Path, options: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.chdir(class_folder.parent)
    monkeypatch.setitem(sys.modules, "distributed", None)
    for name in ("client", "plugin"):
        monkeypatch.delitem(sys.modules, f"autograder.classroom.cluster.{name}")
    run = CliRunner().invoke(app, ["grade", "class", "--out", "out", "--cluster", "tcp://127.0.0.1:1", *options])
    assert run.exit_code == 2
    assert message in run.stderr


# The worker's end


@pytest.fixture
def grader_plugin(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GraderPlugin]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    grader_plugin = GraderPlugin(pack_course(course.root), SETTINGS, engine())
    grader_plugin.setup(NO_WORKER)
    yield grader_plugin
    grader_plugin.teardown(NO_WORKER)
    assert not list(tmp_path.glob("torchstone-*"))


@pytest.fixture
def submission(course: Course, tmp_path: Path) -> Submission:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "demo.py").write_text(DOUBLE_ONLY)
    (tmp_path / "ann" / "other.py").write_text("def Tally(:")
    return open_submission(tmp_path / "ann", course)


def ask(grader_plugin: GraderPlugin, submission: Submission) -> GraderReply:
    return msgspec.msgpack.decode(grader_plugin.grade(msgspec.msgpack.encode(submission)), type=GraderReply)


def ask_for_result(grader_plugin: GraderPlugin, submission: Submission) -> SubmissionResult:
    reply = ask(grader_plugin, submission)
    assert reply.result is not None, reply
    return reply.result


def grader_of(grader_plugin: GraderPlugin) -> GraderProcess:
    assert grader_plugin.grader is not None
    return grader_plugin.grader


def test_a_lost_grader_is_replaced(grader_plugin: GraderPlugin, submission: Submission) -> None:
    first = grader_of(grader_plugin)
    first.process.kill()
    result = ask_for_result(grader_plugin, submission)
    assert result.points == 4
    assert result.submission == "ann"
    assert grader_plugin.grader is not first
    assert not first.folder.exists()


def test_a_grader_ends_when_its_worker_hangs_up(grader_plugin: GraderPlugin, submission: Submission) -> None:
    """The grader ends although nobody waits for its reply."""
    assert ask_for_result(grader_plugin, submission).points == 4
    grader = grader_of(grader_plugin)
    assert grader.process.stdin is not None
    grader.process.stdin.close()
    assert grader.process.wait(20) == 0
    assert not grader.folder.exists()


def test_a_grader_that_is_lost_twice_is_reported(
    grader_plugin: GraderPlugin, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin.GraderProcess, "ask", lambda self, submission: self.process.kill())
    assert ask(grader_plugin, submission).failure == "A grader process was lost twice while grading it."


def test_output_of_a_check_does_not_mix_with_the_replies(
    own_course: Path, submission: Submission, tmp_path: Path
) -> None:
    checks = own_course / "solutions/01_demo/test_demo.py"
    checks.write_text(checks.read_text() + '\nprint("out", flush=True)\nimport os\nos.system("echo out")\n')
    grader_plugin = GraderPlugin(pack_course(own_course), SETTINGS, engine())
    grader_plugin.setup(NO_WORKER)
    assert ask_for_result(grader_plugin, submission).points == 4
    grader_plugin.teardown(NO_WORKER)


def test_the_worker_reports_a_faulty_course(own_course: Path, submission: Submission) -> None:
    (own_course / "solutions/01_demo/test_demo.py").write_text("def test_x(:")
    grader_plugin = GraderPlugin(pack_course(own_course), SETTINGS, engine())
    grader_plugin.setup(NO_WORKER)
    error = ask(grader_plugin, submission).error
    assert "The checks cannot be collected" in error
    assert "torchstone-" not in error
    grader_plugin.teardown(NO_WORKER)


def test_a_worker_without_a_temporary_folder_is_reported(
    course: Course, submission: Submission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    grader_plugin = GraderPlugin(pack_course(course.root), SETTINGS, engine())
    grader_plugin.setup(NO_WORKER)
    with pytest.raises(FileNotFoundError) as error:
        grader_plugin.grade(b"")
    failed: Future[bytes] = Future()
    failed.set_exception(error.value)
    outcome = client._outcome(failed)
    assert isinstance(outcome, Failure)
    assert outcome.reason.startswith("A worker of the cluster failed on it: FileNotFoundError")


def test_a_worker_with_a_different_engine_refuses_to_grade(submission: Submission) -> None:
    """The worker joins after the run has begun."""
    grader_plugin = GraderPlugin(b"", SETTINGS, {**engine(), "torchstone": "0.0.1"})
    grader_plugin.setup(NO_WORKER)
    assert ask(grader_plugin, submission).error.startswith("A worker of the cluster has torchstone 0.1")
    assert grader_plugin.grader is None


def test_an_idle_grader_ends(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "IDLE_SECONDS", 0.05)
    replies = io.BytesIO()
    process._answer(grader, queue.SimpleQueue(), replies)
    assert replies.getvalue() == b""


# Messages


def test_a_packed_course_has_no_junk_and_the_same_digest(own_course: Path, tmp_path: Path) -> None:
    before = pack_course(own_course)
    (own_course / "exercises/01_demo/__pycache__").mkdir()
    (own_course / "exercises/01_demo/__pycache__/demo.pyc").write_bytes(b"x")
    (own_course / "solutions/.DS_Store").write_bytes(b"x")
    (own_course / "grades.csv").write_text("ann,1")
    os.utime(own_course / "course.toml", (1, 1))
    assert pack_course(own_course) == before
    (own_course / "solutions/01_demo/data.csv").write_text("1,2")
    packed = pack_course(own_course)
    assert packed != before
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "there")
        assert "solutions/01_demo/data.csv" in archive.namelist()
    assert load_course(tmp_path / "there").digest == load_course(own_course).digest


def test_a_submission_survives_the_way_to_a_worker(submission: Submission) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(submission), type=Submission) == submission


def test_a_frame_that_is_cut_off_is_read_as_none() -> None:
    stream = io.BytesIO()
    write_frame(stream, b"one")
    write_frame(stream, b"")
    for cut in range(len(stream.getvalue()) + 1):
        part = io.BytesIO(stream.getvalue()[:cut])
        found = [read_frame(part), read_frame(part), read_frame(part)]
        assert found == [b"one" if cut >= 11 else None, b"" if cut >= 19 else None, None]


def test_two_plugins_of_one_course_have_one_name(course: Course) -> None:
    """The second run finds the graders of the first by this name."""
    packed = pack_course(course.root)
    assert GraderPlugin(packed, SETTINGS, engine()).name == GraderPlugin(packed, SETTINGS, engine()).name
    others = [GraderPlugin(packed + b"x", SETTINGS, engine()), GraderPlugin(packed, SETTINGS + b" ", engine())]
    assert len({GraderPlugin(packed, SETTINGS, engine()).name, *(other.name for other in others)}) == 3
